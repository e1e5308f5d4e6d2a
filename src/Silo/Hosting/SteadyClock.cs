namespace Wingman.Silo.Hosting;

/// <summary>
/// The wall clock for timers: it never goes back, never stops and never jumps. When the machine's clock is set, this one
/// approaches it slowly, by a quarter of the time that passes.
/// </summary>
/// <remarks>
/// Orleans' background loops (membership, probes, the list of gateways) wait until the wall clock has reached the time of the next
/// round. A clock that is set back by 45 seconds stops all of them for 45 seconds: a dead silo is then not noticed, and every call to
/// its grains fails meanwhile.
/// </remarks>
/// <param name="wall">The machine's clock.</param>
internal sealed class SteadyClock(TimeProvider wall) : TimeProvider
{
    private const double Slew = 0.25;

    private readonly Lock _lock = new();
    private DateTimeOffset _now = wall.GetUtcNow();
    private long _readAt = wall.GetTimestamp();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => wall.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => wall.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var readAt = wall.GetTimestamp();
            var passed = wall.GetElapsedTime(_readAt, readAt);
            var correction = wall.GetUtcNow() - (_now + passed);
            var most = passed * Slew;
            _now += passed + (correction > most ? most : correction < -most ? -most : correction);
            _readAt = readAt;
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => wall.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, dueTime, period);
}
