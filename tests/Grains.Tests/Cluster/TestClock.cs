namespace Wingman.Grains.Tests.Cluster;

/// <summary>The present time, which tests move ahead. Timers use the real time, so a cluster keeps running while its clock jumps.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _ahead;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    public override long GetTimestamp() => base.GetTimestamp() + (Volatile.Read(ref _ahead) * (TimestampFrequency / TimeSpan.TicksPerSecond));
}
