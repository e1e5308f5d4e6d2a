using System.Diagnostics;

namespace Wingman.Chaos;

/// <summary>The monotonic clock that histories, faults and reports share.</summary>
internal static class RunClock
{
    public static long Now => Stopwatch.GetTimestamp();

    public static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    public static long After(TimeSpan span) => Now + Ticks(span);

    public static TimeSpan Between(long from, long to) => Stopwatch.GetElapsedTime(from, to);
}
