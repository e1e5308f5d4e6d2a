using Wingman.Silo.Doctor;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Silo.Schema;
using Wingman.Silo.Webhooks;

if (SchemaCommand.Asks(args))
    return await SchemaCommand.RunAsync(args);

if (DoctorCommand.Asks(args))
    return await DoctorCommand.RunAsync(args);

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
