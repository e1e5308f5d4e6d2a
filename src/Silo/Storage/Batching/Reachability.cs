namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Whether the database can be reached, as the lanes of this process see it. Once it has been unreachable for as long as a
/// request may wait, further requests are refused at once: each would hold its grain and its caller until its deadline, and fail
/// then. A few are let through to find out whether the database is back.
/// </summary>
/// <param name="outageAfter">How long the database must have been unreachable (<see cref="StorageOptions.Deadline"/>).</param>
/// <param name="clock">Measures it.</param>
internal sealed class Reachability(TimeSpan outageAfter, TimeProvider clock)
{
    /// <summary>How often a request is let through while the database is unreachable.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    // Timestamps of the clock; 0 for never.
    private long _unreachableSince;
    private long _failedAt;
    private long _probedAt;

    /// <summary>The database answered, even if only with an error.</summary>
    public void Answered()
    {
        // Read first: a write for every batch would take the memory away from the processor caches of the other lanes.
        if (Interlocked.Read(ref _unreachableSince) != 0) Interlocked.Exchange(ref _unreachableSince, 0);
    }

    /// <summary>No connection could be opened, or it broke.</summary>
    public void Failed()
    {
        var now = clock.GetTimestamp();
        var failedAt = Interlocked.Exchange(ref _failedAt, now);
        // Between two failures that are far apart there was no attempt: the database may have been reachable, so a new outage begins.
        if (clock.GetElapsedTime(failedAt, now) >= outageAfter) Interlocked.Exchange(ref _unreachableSince, now);
        else Interlocked.CompareExchange(ref _unreachableSince, now, 0);
    }

    /// <summary>Whether a request is to be refused at once.</summary>
    public bool Refuses()
    {
        var unreachableSince = Interlocked.Read(ref _unreachableSince);
        if (unreachableSince == 0) return false;

        // An old failure says nothing about the present: there was no attempt after it.
        if (clock.GetElapsedTime(unreachableSince) < outageAfter || clock.GetElapsedTime(Interlocked.Read(ref _failedAt)) >= outageAfter) return false;

        var probedAt = Interlocked.Read(ref _probedAt);
        var mayProbe = probedAt == 0 || clock.GetElapsedTime(probedAt) >= ProbeInterval;
        return !mayProbe || Interlocked.CompareExchange(ref _probedAt, clock.GetTimestamp(), probedAt) != probedAt;
    }
}
