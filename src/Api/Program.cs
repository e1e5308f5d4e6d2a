using Wingman;
using Wingman.Authentication;
using Wingman.Matches;
using Wingman.Reference;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Wire;

if (TokenCommand.Asks(args))
    return TokenCommand.Run(args);

return await HostRunner.RunAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddFrontDoor();
    builder.AddCallers();
    builder.AddApiReference();
    await builder.AddClusterAsync();
    builder.AddOperations(FrontDoor.DefaultUrl);

    var app = builder.Build();
    app.UseOperations();
    app.UseFrontDoor();
    app.MapSessions();
    app.MapMatches();
    app.MapUsers();
    app.MapApiReference();
    return app;
});
