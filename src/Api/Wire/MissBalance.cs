using System.Collections.Concurrent;

namespace Wingman.Wire;

/// <summary>
/// How many misses each user has left. Whether a request misses is known only when it has been answered, so requests at the same time may
/// miss more often than the balance allows. All their misses are subtracted: the balance falls below zero, and the user waits longer.
/// </summary>
/// <param name="perMinute">How many misses are added per minute, and how many a balance has at most. Positive.</param>
/// <param name="time">The clock.</param>
internal sealed class MissBalance(int perMinute, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // A balance is kept as the time, since the start, at which it is full again. That of a user who is not listed is full.
    private readonly ConcurrentDictionary<UserId, TimeSpan> _fullAt = new();
    private readonly TimeSpan _each = Period / perMinute;
    private readonly long _startedAt = time.GetTimestamp();
    private long _droppedAt;

    /// <summary>How many users are listed: those whose balance is not full, and some whose balance is full again.</summary>
    public int Users => _fullAt.Count;

    /// <summary>How long it takes until the user has a whole miss left; zero if there is one.</summary>
    public TimeSpan WaitOf(UserId user)
    {
        if (!_fullAt.TryGetValue(user, out var fullAt)) return TimeSpan.Zero;
        var wait = fullAt - SinceStart - (_each * (perMinute - 1));
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Subtracts one miss, whether or not one is left.</summary>
    public void Subtract(UserId user)
    {
        var now = SinceStart;
        _fullAt.AddOrUpdate(
            user,
            static (_, miss) => miss.Now + miss.Each,
            static (_, fullAt, miss) => (fullAt > miss.Now ? fullAt : miss.Now) + miss.Each,
            (Now: now, Each: _each));
        DropFull(now);
    }

    private TimeSpan SinceStart => time.GetElapsedTime(_startedAt);

    // Once a minute, so that users who have not missed for long need no memory.
    private void DropFull(TimeSpan now)
    {
        var last = Interlocked.Read(ref _droppedAt);
        if (now.Ticks - last < Period.Ticks || Interlocked.CompareExchange(ref _droppedAt, now.Ticks, last) != last) return;
        foreach (var balance in _fullAt)
        {
            // Only if it is still the same: the user may have missed again.
            if (balance.Value <= now) _fullAt.TryRemove(balance);
        }
    }
}
