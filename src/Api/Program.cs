using Wingman.Authentication;
using Wingman.Matches;
using Wingman.Reference;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Wire;

if (TokenCommand.Asks(args))
    return TokenCommand.Run(args);

string? sentence = null;
try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddFrontDoor();
    builder.AddCallers();
    builder.AddApiReference();

    var app = builder.Build();
    app.UseFrontDoor();
    app.MapSessions();
    app.MapMatches();
    app.MapUsers();
    app.MapApiReference();

    return await app.RunCheckedAsync();
}
catch (Exception exception) when (RefusedStart.Is(exception, out sentence))
{
    return RefusedStart.Explain(sentence!);
}
