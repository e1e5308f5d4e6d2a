using Wingman.Silo.Doctor;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Silo.Operations.Support;
using Wingman.Silo.Schema;
using Wingman.Silo.Webhooks;

if (SchemaCommand.Asks(args))
    return await SchemaCommand.RunAsync(args);

if (DoctorCommand.Asks(args))
    return await DoctorCommand.RunAsync(args);

if (HealthCommand.Asks(args))
    return await HealthCommand.RunAsync(args);

if (ExplainCommand.Asks(args))
    return await ExplainCommand.RunAsync(args);

if (RepairCommand.Asks(args))
    return await RepairCommand.RunAsync(args);

if (WebhookCommand.Asks(args))
    return await WebhookCommand.RunAsync(args);

return await HostRunner.RunAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);

    await builder.AddWingmanDatabaseAsync();
    builder.AddWingmanSilo();
    builder.AddOperations();

    var app = builder.Build();
    app.UseOperations();
    return app;
});
