using System.Diagnostics;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage;

/// <summary>
/// The spans of statements. A statement serves many requests, each of a trace of its own: its span is in the trace of the first
/// one that is recorded, and links to all that are.
/// </summary>
internal static class StorageTracing
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Wingman.Storage";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The traceparent of the call in which a request is made; null without one, or if no spans are collected.</summary>
    public static string? TraceParent => Source.HasListeners() ? CallTrace.Parent : null;

    /// <summary>Starts the span of a statement.</summary>
    /// <param name="queue">What the statement serves.</param>
    /// <param name="batch">The requests in it.</param>
    /// <returns>The span; null where no request in it is recorded.</returns>
    public static Activity? Start<TRequest, TResult>(string queue, List<TRequest> batch)
        where TRequest : BatchRequest<TResult>
    {
        if (!Source.HasListeners()) return null;

        List<ActivityLink>? links = null;
        foreach (var request in batch)
        {
            if (ActivityContext.TryParse(request.TraceParent, null, isRemote: true, out var caller) && caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
                (links ??= []).Add(new(caller));
        }

        if (links is null) return null;

        var span = Source.StartActivity(
            queue, ActivityKind.Client, links[0].Context, [new("db.system.name", "postgresql"), new("db.operation.batch.size", batch.Count)], links);
        return span;
    }
}
