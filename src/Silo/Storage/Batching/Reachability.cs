namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Whether the database can be reached, as the lanes of this process see it. While it has been away for as long as a request may
/// wait, further requests are refused at once: each would hold its grain and its caller until its deadline, and fail then. A few
/// are let through to find out whether the database is back.
/// </summary>
/// <param name="patience">How long the database must have been away (<see cref="StorageOptions.Deadline"/>).</param>
/// <param name="clock">Measures it.</param>
internal sealed class Reachability(TimeSpan patience, TimeProvider clock)
{
    /// <summary>How often a request is let through while the database is away.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    // Timestamps of the clock; 0 for never.
    private long _awaySince;
    private long _failedAt;
    private long _probedAt;

    /// <summary>The database answered, if only with an error of its own.</summary>
    public void Answered()
    {
        // Read first: a write would take the cache line from the other lanes with every batch.
        if (Interlocked.Read(ref _awaySince) != 0) Interlocked.Exchange(ref _awaySince, 0);
    }

    /// <summary>No connection could be opened, or it broke.</summary>
    public void Failed()
    {
        var now = clock.GetTimestamp();
        var failedAt = Interlocked.Exchange(ref _failedAt, now);
        // Between two failures that are far apart nobody has tried: the database may have been there, and a new absence begins.
        if (clock.GetElapsedTime(failedAt, now) >= patience) Interlocked.Exchange(ref _awaySince, now);
        else Interlocked.CompareExchange(ref _awaySince, now, 0);
    }

    /// <summary>Whether a request is to be refused at once.</summary>
    public bool Refuses()
    {
        var awaySince = Interlocked.Read(ref _awaySince);
        if (awaySince == 0) return false;

        // A failure that is long past says nothing about now: since then nobody has tried.
        if (clock.GetElapsedTime(awaySince) < patience || clock.GetElapsedTime(Interlocked.Read(ref _failedAt)) >= patience) return false;

        var probedAt = Interlocked.Read(ref _probedAt);
        var mayProbe = probedAt == 0 || clock.GetElapsedTime(probedAt) >= ProbeInterval;
        return !mayProbe || Interlocked.CompareExchange(ref _probedAt, clock.GetTimestamp(), probedAt) != probedAt;
    }
}
