using System.Globalization;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Wingman.Silo.Storage;

namespace Wingman.Silo.Operations;

/// <summary>
/// Metrics, for Prometheus to fetch, and where the standard variables of OpenTelemetry name a collector, metrics and traces for it.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string SamplerName = "OTEL_TRACES_SAMPLER";
    private const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";
    private const double DefaultRatio = 0.01;

    /// <summary>The sources whose spans are recorded: requests, calls of grains, and statements.</summary>
    private static readonly string[] Sources = [RequestSpans.SourceName, CallTrace.SourceName, StorageTracing.SourceName];

    private static readonly string[] Meters =
        [WingmanMeter.Name, "Microsoft.Orleans", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Whether traces are sent anywhere. Where they are not, none are made, and calls have no cost from them.</summary>
    public static bool HasTraces(IConfiguration configuration) => IsSet(configuration, Endpoint) || IsSet(configuration, TracesEndpoint);

    /// <summary>
    /// The sampler where the standard variables name none, or one that samples a share of the traces: OpenTelemetry would sample all of
    /// them where they do not say which share. Null where they name another, which OpenTelemetry makes itself.
    /// </summary>
    internal static Sampler? SamplerOf(IConfiguration configuration)
    {
        var name = configuration[SamplerName];
        var isRatio = double.TryParse(configuration[SamplerArgument], NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1;
        var share = new TraceIdRatioBasedSampler(isRatio ? ratio : DefaultRatio);
        if (string.IsNullOrWhiteSpace(name) || string.Equals(name, "parentbased_traceidratio", StringComparison.OrdinalIgnoreCase)) return new ParentBasedSampler(share);
        return string.Equals(name, "traceidratio", StringComparison.OrdinalIgnoreCase) ? share : null;
    }

    /// <summary>Adds it.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(Describe)
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddPrometheusExporter();
                if (IsSet(configuration, Endpoint) || IsSet(configuration, MetricsEndpoint)) metrics.AddOtlpExporter();
            });
        if (HasTraces(configuration)) telemetry.WithTracing(traces => Configure(traces, configuration));
    }

    private static void Configure(TracerProviderBuilder traces, IConfiguration configuration)
    {
        traces.AddSource(Sources).AddOtlpExporter();
        if (SamplerOf(configuration) is { } sampler) traces.SetSampler(sampler);
    }

    // The OTEL_* variables are applied last, so they override these values.
    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("wingman", serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}").AddEnvironmentVariableDetector();

    private static bool IsSet(IConfiguration configuration, string variable) => !string.IsNullOrWhiteSpace(configuration[variable]);
}
