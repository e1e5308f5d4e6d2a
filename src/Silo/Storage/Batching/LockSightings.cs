using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Whether a row was found locked by another transaction lately. To skip locked rows, a statement must lock its rows
/// first, which writes log; so it does that only while a lock was found lately.
/// </summary>
internal sealed class LockSightings
{
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private long _lastAt;

    /// <summary>Whether a lock was found within the last second.</summary>
    public bool AreRecent => Interlocked.Read(ref _lastAt) is var last && last != 0 && Stopwatch.GetElapsedTime(last) < Lasting;

    /// <summary>How long a request waits before its row is tried again.</summary>
    /// <param name="times">How often the row was found locked.</param>
    public static TimeSpan PauseBefore(int times) => FirstPause * times < LongestPause ? FirstPause * times : LongestPause;

    /// <summary>Takes note that a lock was found.</summary>
    public void Note() => Interlocked.Exchange(ref _lastAt, Stopwatch.GetTimestamp());
}
