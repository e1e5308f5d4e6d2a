using Wingman.Authentication;
using Wingman.Demo;
using Wingman.Reference;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Wire;

namespace Wingman;

/// <summary>The host of the API, which contains a silo or a client of the cluster.</summary>
internal static class WingmanApi
{
    /// <summary>Whether this process is a silo too (the default), or an Orleans client of silos elsewhere.</summary>
    private const string CohostedSetting = "Wingman:Cohosted";

    /// <summary>Builds the host.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="configure">Changes to the configured services before the host is built; for measurements and tests.</param>
    /// <returns>The host, not started.</returns>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddFrontDoor();
        builder.AddCallers();
        builder.AddApiReference();
        await AddClusterAsync(builder);
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

    // The database, and the silo or the client.
    private static async Task AddClusterAsync(WebApplicationBuilder builder)
    {
        await builder.AddWingmanDatabaseAsync();
        if (builder.Configuration.GetValue(CohostedSetting, true))
            builder.AddWingmanSilo();
        else
            builder.AddWingmanClient();
    }
}
