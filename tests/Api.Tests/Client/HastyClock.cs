namespace Wingman.Api.Tests.Client;

/// <summary>
/// A clock for which a wait is over as soon as it is begun: it then shows the time at which the wait would have ended. Waits of a minute and
/// more are never over.
/// </summary>
internal sealed class HastyClock : TimeProvider
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private long _passed;

    /// <summary>The sum of all waits.</summary>
    public TimeSpan Passed => TimeSpan.FromTicks(Interlocked.Read(ref _passed));

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Passed.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + Passed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime < Long)
        {
            Interlocked.Add(ref _passed, dueTime.Ticks);
            ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        }

        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
