using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Wingman.Wire;

/// <summary>Sets up what all endpoints share: the server's limits, the error shape, back-pressure.</summary>
internal static class FrontDoor
{
    /// <summary>Where the API listens when nothing else is configured.</summary>
    public const string DefaultUrl = "http://localhost:8000";

    /// <summary>Registers it.</summary>
    public static WebApplicationBuilder AddFrontDoor(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
        });

        // One line per request would cost more than the request. Metrics count them.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        builder.Services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.ConfigureHttpJsonOptions(json => WireJson.Apply(json.SerializerOptions));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ApiMetrics>();
        builder.Services.AddSingleton<GrainCalls>();
        return builder;
    }

    /// <summary>Puts it in front of the endpoints.</summary>
    public static WebApplication UseFrontDoor(this WebApplication app)
    {
        app.UseMiddleware<ErrorBoundary>();
        app.UseMiddleware<InFlightLimit>();
        // Named here, or ASP.NET would put it in front of the two above.
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }
}
