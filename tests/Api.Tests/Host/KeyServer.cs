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

    /// <summary>What an issuer with a shared secret publishes.</summary>
    public const string NoKeys = """{"keys":[]}""";

    private readonly WebApplication _app;
    private int _fetches;
    private int _requests;

    private KeyServer(WebApplication app)
    {
        _app = app;
        app.Use((http, next) =>
        {
            Interlocked.Increment(ref _requests);
            return next(http);
        });
        app.MapGet("/keys", () => Fetch(KeySet));
        app.MapGet("/.well-known/openid-configuration", () => $$"""{"issuer":"{{Address}}","jwks_uri":"{{Address}}/keys"}""");
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>What is published now.</summary>
    public string? KeySet { get; set; } = NoKeys;

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches => _fetches;

    /// <summary>The number of all requests, including those to addresses that a token names.</summary>
    public int Requests => _requests;

    /// <summary>The address that requests for keys are redirected to; null for no redirect.</summary>
    public string? MovedTo { get; set; }

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
        if (MovedTo is not null) return Results.Redirect(MovedTo);
        return keySet is null ? Results.StatusCode((int)HttpStatusCode.ServiceUnavailable) : Results.Text(keySet, "application/json");
    }
}
