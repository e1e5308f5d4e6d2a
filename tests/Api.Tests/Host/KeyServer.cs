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
    /// <summary>What is published when the server is broken.</summary>
    public const string? Broken = null;

    /// <summary>What an issuer publishes that signs with a shared secret.</summary>
    public const string NoKeys = """{"keys":[]}""";

    private readonly WebApplication _app;
    private int _fetches;

    private KeyServer(WebApplication app)
    {
        _app = app;
        app.MapGet("/keys", () => Fetch(KeySet));
        app.MapGet("/.well-known/openid-configuration", () => $$"""{"issuer":"{{Address}}","jwks_uri":"{{Address}}/keys"}""");
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>What is published now.</summary>
    public string? KeySet { get; set; } = NoKeys;

    public bool HasKeys => KeySet is not (Broken or NoKeys);

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
