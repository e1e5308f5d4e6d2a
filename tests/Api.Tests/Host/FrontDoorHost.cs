using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Api.Tests.Host;

/// <summary>The front door in Development, with a test's own routes instead of the API's.</summary>
internal sealed class FrontDoorHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FrontDoorHost(WebApplication app)
    {
        _app = app;
        Client = new() { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()) };
    }

    public HttpClient Client { get; }

    public static async Task<FrontDoorHost> StartAsync(Action<WebApplication> map, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddFrontDoor();
        builder.AddCallers();
        builder.Services.AddSingleton(new StubGrains().Factory);
        var app = builder.Build();
        app.UseFrontDoor();
        map(app);
        await app.StartAsync();
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
