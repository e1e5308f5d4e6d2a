using System.Diagnostics;

namespace Wingman;

/// <summary>
/// The trace of the request that a call of a grain belongs to. It travels as W3C's traceparent in Orleans' request context. Orleans
/// has filters for this, but a filter of any kind costs every call some microseconds, recorded or not: so the API passes the trace
/// on, and code that needs it reads it.
/// </summary>
public static class CallTrace
{
    /// <summary>The name of the source of the calls' spans.</summary>
    public const string SourceName = "Wingman.Calls";

    private const string Key = "traceparent";
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The traceparent that came with the call; null if none did.</summary>
    public static string? Parent => RequestContext.Get(Key) as string;

    /// <summary>Begins the span of a call, and passes the trace on with the calls of grains that the calling method makes from now on.</summary>
    /// <param name="text">The source text of the call, which ends with the grain's method and its arguments.</param>
    /// <param name="isFrequent">Whether only a trace that is recorded is passed on, because the call is one of those that are made most.</param>
    /// <returns>The span; null if the trace is not recorded.</returns>
    public static Activity? Begin(string text, bool isFrequent)
    {
        var caller = Activity.Current;
        var isRecorded = caller is { Recorded: true };
        if (!isRecorded && (isFrequent || !Source.HasListeners())) return null;

        var span = isRecorded ? Source.StartActivity(MethodIn(text), ActivityKind.Client) : null;
        RequestContext.Set(Key, (span ?? caller)?.Id ?? NewId());
        return span;
    }

    private static string MethodIn(string text)
    {
        var dot = text.LastIndexOf(").", StringComparison.Ordinal);
        var end = dot < 0 ? -1 : text.IndexOf('(', dot);
        return end < 0 ? text : text[(dot + 2)..end];
    }

    // Of a trace that is not recorded: the log lines of all hosts that work for one call have the same id all the same.
    private static string NewId() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";

    /// <summary>Makes the trace that came with the call the current one until the result is disposed, so that log lines have its id.</summary>
    /// <returns>Null if no trace came with the call.</returns>
    public static Activity? Resume() => Parent is { } parent ? new Activity("grain").SetParentId(parent).Start() : null;
}
