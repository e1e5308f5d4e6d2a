using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;

if (await SiloCommands.TryRunAsync(args) is { } exitCode)
    return exitCode;

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
