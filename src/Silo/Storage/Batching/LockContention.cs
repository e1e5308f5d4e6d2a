using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Whether a row was recently found locked by another transaction. To skip locked rows, a statement must lock its rows
/// first, which is written to the write-ahead log. So it does that only while a lock was found recently.
/// </summary>
internal sealed class LockContention
{
    private static readonly TimeSpan RecentFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayAlone = TimeSpan.FromMilliseconds(250);

    private long _lastAt;

    /// <summary>Whether a lock was found within the last second.</summary>
    public bool IsRecent => Interlocked.Read(ref _lastAt) is var last && last != 0 && Stopwatch.GetElapsedTime(last) < RecentFor;

    /// <summary>How long a request waits before it is retried.</summary>
    /// <param name="timesLocked">How often it was found locked.</param>
    /// <param name="goesAlone">Whether each attempt makes its lane wait for the lock, as long as the lock timeout allows.</param>
    public static TimeSpan RetryDelay(int timesLocked, bool goesAlone) =>
        goesAlone ? DelayAlone : FirstDelay * timesLocked < LongestDelay ? FirstDelay * timesLocked : LongestDelay;

    /// <summary>Records that a lock was found.</summary>
    public void Record() => Interlocked.Exchange(ref _lastAt, Stopwatch.GetTimestamp());
}
