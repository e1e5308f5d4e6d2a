using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using Orleans.Dashboard;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations;

/// <summary>The operators' side of a host: health, metrics and the dashboard, on a port of their own.</summary>
public static class OperationsHosting
{
    /// <summary>The tag of health checks that decide readiness.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Adds health checks, metrics and the second port. Call it last: it joins the URLs that were set before.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="publicUrls">Where the host listens for its users when nothing is configured; null for a host without users.</param>
    public static void AddOperations(this WebApplicationBuilder builder, string? publicUrls = null)
    {
        builder.Services.AddOptions<OperationsOptions>().BindConfiguration(OperationsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(OperationsOptions.Section).Get<OperationsOptions>() ?? new();
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? publicUrls;
        builder.WebHost.UseUrls([.. (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries), options.Url]);

        builder.Services.AddHostedService<ShutdownDelay>();
        builder.Services.AddHostedService<StopWatchdog>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownDelay.Of(options, builder.Environment) + StopWatchdog.Graceful);
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: [ReadyTag])
            .AddCheck<ClusterHealth>("cluster", tags: [ReadyTag]);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(WingmanMeter.Name, "Microsoft.Orleans", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
    }

    /// <summary>Maps the operators' endpoints, and keeps them off the public port. Call it before other middleware.</summary>
    /// <param name="app">The host.</param>
    public static void UseOperations(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<OperationsOptions>>().Value;
        app.UseRouting();
        app.UseMiddleware<OperatorsPort>(options.Port);

        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).WithMetadata(PortMetadata.Both).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(ReadyTag),
            ResponseWriter = HealthReports.WriteAsync,
        }).WithMetadata(PortMetadata.Both).AllowAnonymous();

        var operators = app.MapGroup("").WithMetadata(PortMetadata.Operators);
        operators.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        if (options.Dashboard ?? app.Environment.IsDevelopment()) operators.MapOrleansDashboard("/dashboard").AllowAnonymous();
    }

    /// <summary>Whether this host offers the dashboard.</summary>
    /// <exception cref="StartRefusedException">It is asked for outside Development.</exception>
    internal static bool UseDashboard(this IHostApplicationBuilder builder)
    {
        var asked = builder.Configuration.GetValue<bool?>($"{OperationsOptions.Section}:{nameof(OperationsOptions.Dashboard)}");
        if (asked is true && !builder.Environment.IsDevelopment())
        {
            throw new StartRefusedException(
                "Wingman:Operations:Dashboard is true outside Development, where the dashboard has no authentication: remove the setting.");
        }

        return asked ?? builder.Environment.IsDevelopment();
    }
}
