using Wingman.Silo.Doctor;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Silo.Operations.SignIn;
using Wingman.Silo.Schema;

if (SchemaCommand.Asks(args))
    return await SchemaCommand.RunAsync(args);

if (DoctorCommand.Asks(args))
    return await DoctorCommand.RunAsync(args);

if (OperatorCommand.Asks(args))
    return OperatorCommand.Run(args);

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
