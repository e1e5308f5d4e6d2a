using Wingman.SqlPeer;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(static kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = 16 * 1024;
});
builder.AddDatabase();
await builder.AddCallersAsync();

var app = builder.Build();
app.MapHealth();
app.MapConfirmCompletion();
app.MapCreateSession();
app.MapReputation();
await app.RunAsync();
