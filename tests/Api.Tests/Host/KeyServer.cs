using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wingman.Api.Tests.Host;

/// <summary>An issuer that publishes its keys, with and without discovery.</summary>
public sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _fetches;

    private KeyServer(WebApplication app)
    {
        _app = app;
        app.MapGet("/keys", () => Fetch(KeySet));
        app.MapGet("/.well-known/openid-configuration", () => $$"""{"issuer":"{{Address}}","jwks_uri":"{{Address}}/keys"}""");
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>What is published now; null means that the server is broken.</summary>
    public string? KeySet { get; set; } = """{"keys":[]}""";

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches => _fetches;

    public static async Task<KeyServer> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        var server = new KeyServer(builder.Build());
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Fetch(string? keySet)
    {
        Interlocked.Increment(ref _fetches);
        return keySet is null ? Results.StatusCode((int)HttpStatusCode.ServiceUnavailable) : Results.Text(keySet, "application/json");
    }
}
