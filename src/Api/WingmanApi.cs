using Wingman.Authentication;
using Wingman.Demo;
using Wingman.Reference;
using Wingman.Silo.Operations;
using Wingman.Wire;

namespace Wingman;

/// <summary>The front door's host, with the silo or the cluster's client in it.</summary>
internal static class WingmanApi
{
    /// <summary>Puts the host together.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="configure">Changes to what was put together, before it is built; for hosts that measure or test it.</param>
    /// <returns>The host, not started.</returns>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddFrontDoor();
        builder.AddCallers();
        builder.AddApiReference();
        await builder.AddClusterAsync();
        builder.AddOperations(FrontDoor.DefaultUrl);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseOperations();
        app.UseFrontDoor();
        app.MapEndpoints();
        app.MapApiReference();
        app.MapDemoPage();
        return app;
    }
}
