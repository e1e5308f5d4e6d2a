namespace Wingman.Chaos.Load;

/// <summary>Spreads calls evenly, so that a run loads the machine without saturating it.</summary>
internal sealed class Pacer(double callsPerSecond)
{
    private readonly long _step = RunClock.Ticks(TimeSpan.FromSeconds(1 / callsPerSecond));
    private readonly Lock _gate = new();
    private long _next;

    public Task NextAsync(CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = RunClock.Now;
            // Calls that were not sent during an outage are not made up for, except those of the last tenth of a second.
            _next = Math.Max(_next, now - RunClock.Ticks(TimeSpan.FromSeconds(0.1))) + _step;
            wait = RunClock.Between(now, _next);
        }

        return wait > TimeSpan.FromMilliseconds(1) ? Task.Delay(wait, cancellation) : Task.CompletedTask;
    }
}
