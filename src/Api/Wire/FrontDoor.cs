using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wingman.Authentication;

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
        builder.Services.AddCors();
        builder.Services.AddOptions<CorsOptions>().Configure<IOptions<ApiOptions>>((cors, api) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(api.Value.CorsOrigins)
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, "apikey", TestHeaderHandler.UserHeader, TestHeaderHandler.RoleHeader)
            .WithMethods(HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch)
            .WithExposedHeaders(HeaderNames.RetryAfter)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
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
        if (app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.CorsOrigins.Length > 0) app.UseCors();
        app.UseMiddleware<InFlightLimit>();
        // Named here, or ASP.NET would put it in front of the two above.
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }
}
