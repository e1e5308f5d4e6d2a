using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using Orleans.Dashboard;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations.SignIn;
using Wingman.Silo.Operations.Support;

namespace Wingman.Silo.Operations;

/// <summary>The operators' side of a host: health, metrics and the operators' pages, on a port of their own.</summary>
public static class OperationsHosting
{
    /// <summary>The tag of health checks that decide readiness.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Adds health checks, telemetry, sign-in and the second port. Call it last: it joins the URLs that were set before.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="publicUrls">Where the host listens for its users when nothing is configured; null for a host without users.</param>
    /// <exception cref="StartRefusedException">The operators' port would be one of the users' ports, or none; or users would have no port.</exception>
    public static void AddOperations(this WebApplicationBuilder builder, string? publicUrls = null)
    {
        builder.Services.AddOptions<OperationsOptions>().BindConfiguration(OperationsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(OperationsOptions.Section).Get<OperationsOptions>() ?? new();
        var urls = (builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? publicUrls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        builder.ListenAtOperatorsPort(options, urls, hasUsers: publicUrls is not null);

        builder.Services.AddHostedService<ShutdownDelay>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownDelay.Of(options, builder.Environment) + StopWatchdog.Graceful);
        // One for all requests, which share its answer. Without this line each request would get one of its own.
        builder.Services.AddSingleton<DatabaseHealth>();
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: [ReadyTag])
            .AddCheck<ClusterHealth>("cluster", tags: [ReadyTag])
            .AddCheck<StartupHealth>("startup", tags: [StartupHealth.Tag]);
        ReadyGauge.AddTo(builder.Services);
        // Otherwise, in Development, a body that cannot be read ends in an exception, which is logged, and which names the body's properties.
        builder.Services.Configure<RouteHandlerOptions>(static handlers => handlers.ThrowOnBadRequest = false);
        builder.AddTelemetry();
        builder.Services.AddSingleton<SignInEndpoints>();
        builder.Services.AddOperatorSignIn(options);
    }

    /// <summary>Maps the operators' endpoints on their port, and health on the public one too. Call it before other middleware.</summary>
    /// <param name="app">The host.</param>
    public static void UseOperations(this WebApplication app)
    {
        // The exporter must listen before anything is counted: counters report their first zeros only once, when they are created.
        _ = app.Services.GetService<MeterProvider>();
        var options = app.Services.GetRequiredService<IOptions<OperationsOptions>>().Value;
        app.UseOperatorsPort(options.Port, port =>
        {
            MapHealth(port);
            port.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
            SignInEndpoints.Map(port);

            var operators = port.MapOperatorsGroup();
            operators.MapSupport();
            var hasDashboard = Dashboard.IsWanted(app.Configuration, app.Environment);
            operators.MapGet("/", () => Results.Redirect(OperatorsGroup.HomeOf(hasDashboard)));
            if (hasDashboard) operators.MapOrleansDashboard(Dashboard.Path);
        });
        app.UseRouting();
        MapHealth(app);
    }

    private static void MapHealth(IEndpointRouteBuilder port)
    {
        port.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false }).AllowAnonymous();
        port.MapHealthChecks("/health/startup", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(StartupHealth.Tag) }).AllowAnonymous();
        port.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = static check => check.Tags.Contains(ReadyTag),
            ResponseWriter = HealthReports.WriteAsync,
        }).AllowAnonymous();
    }
}
