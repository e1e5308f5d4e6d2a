using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Whether a row was recently found locked by another transaction. To skip locked rows, a statement must lock its rows
/// first, which writes log; so it does that only while a lock was found recently.
/// </summary>
internal sealed class LockContention
{
    private static readonly TimeSpan RecentFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(100);

    private long _lastAt;

    /// <summary>Whether a lock was found within the last second.</summary>
    public bool IsRecent => Interlocked.Read(ref _lastAt) is var last && last != 0 && Stopwatch.GetElapsedTime(last) < RecentFor;

    /// <summary>How long a request waits before its row is tried again.</summary>
    /// <param name="timesLocked">How often the row was found locked.</param>
    public static TimeSpan RetryDelay(int timesLocked) => FirstDelay * timesLocked < LongestDelay ? FirstDelay * timesLocked : LongestDelay;

    /// <summary>Records that a lock was found.</summary>
    public void Record() => Interlocked.Exchange(ref _lastAt, Stopwatch.GetTimestamp());
}
