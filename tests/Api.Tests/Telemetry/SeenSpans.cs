using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>Keeps what would be sent to a collector.</summary>
internal sealed class SeenSpans : BaseExporter<Activity>
{
    private readonly ConcurrentQueue<Activity> _spans = [];

    public IReadOnlyCollection<Activity> All => _spans;

    /// <summary>Adds it to a host.</summary>
    public void CollectFrom(WebApplicationBuilder host) =>
        host.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(new SimpleActivityExportProcessor(this)));

    public List<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch) _spans.Enqueue(span);
        return ExportResult.Success;
    }
}
