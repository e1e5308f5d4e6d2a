namespace Wingman.Wire;

/// <summary>
/// Sends refusals at a limited rate: the first ones at once, and each further one in its turn. The connection (HTTP/1.1) of a refusal that
/// waits carries no other request. So callers that retry at once spend a bounded share of the processor time on refusals, however many
/// they are, and the requests in progress have the rest.
/// </summary>
/// <param name="perSecond">How many refusals are sent per second.</param>
/// <param name="mostWaiting">
/// How many wait at a time, so that what waits is bounded. Further ones, which share a connection (HTTP/2), are sent at once.
/// </param>
/// <param name="time">The clock.</param>
internal sealed class RefusalPace(int perSecond, int mostWaiting, TimeProvider time)
{
    /// <summary>No refusal waits longer, also where more are due than the rate allows.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // What timers can measure.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly Lock _turns = new();
    private readonly long _step = time.TimestampFrequency / perSecond;
    private long _next;
    private int _waiting;

    /// <summary>Waits for the turn of one refusal.</summary>
    public async Task WaitAsync()
    {
        var wait = TakeTurn();
        if (wait < Shortest) return;
        if (Interlocked.Increment(ref _waiting) <= mostWaiting) await Task.Delay(wait, time);
        Interlocked.Decrement(ref _waiting);
    }

    private TimeSpan TakeTurn()
    {
        lock (_turns)
        {
            var now = time.GetTimestamp();
            var turn = Math.Max(_next, now);
            var wait = time.GetElapsedTime(now, turn);
            if (wait > Longest) return Longest;
            _next = turn + _step;
            return wait;
        }
    }
}
