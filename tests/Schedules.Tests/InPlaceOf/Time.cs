using Wingman.Schedules.Exploring;

namespace Wingman.Silo;

/// <summary>Replaces the system's stopwatch in the explored files: the schedule's time.</summary>
internal static class Stopwatch
{
    // Never 0, because in some places 0 means "never".
    public static long GetTimestamp() => 1 + Explorer.Current.Now.Ticks;

    public static TimeSpan GetElapsedTime(long since) => TimeSpan.FromTicks(GetTimestamp() - since);
}

/// <summary>The schedule's time for what takes a clock.</summary>
internal sealed class ScheduleClock : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Stopwatch.GetTimestamp();
}

/// <summary>Replaces random numbers in the explored files: a choice of the schedule.</summary>
internal sealed class Random
{
    private const int Grain = 4;

    public static Random Shared { get; } = new();

#pragma warning disable CA1822 // Called as the framework's own is.
    public double NextDouble() => (double)Explorer.Current.Choose(Grain) / Grain;
#pragma warning restore CA1822
}

/// <summary>Replaces the framework's class in the explored files: its time is the schedule's.</summary>
internal sealed class CancellationTokenSource : IDisposable
{
    private readonly System.Threading.CancellationTokenSource _inner = new();

    public CancellationTokenSource()
    {
    }

    public CancellationTokenSource(TimeSpan time) => Explorer.Current.At(time, Cancel);

    public CancellationToken Token => _inner.Token;

    public bool IsCancellationRequested { get; private set; }

    public System.Threading.Tasks.Task CancelAsync()
    {
        Cancel();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    // The real one stays usable, because a timer may still use it.
    public void Dispose() => IsCancellationRequested = true;

    private void Cancel()
    {
        if (IsCancellationRequested) return;

        IsCancellationRequested = true;
        _inner.Cancel();
    }
}

/// <summary>Replaces the system's thread pool in the explored files: its settings are not changed.</summary>
internal static class ThreadPool
{
    public static void GetMinThreads(out int workers, out int io) => (workers, io) = (1, 1);

    public static bool SetMinThreads(int workers, int io) => workers >= io;
}
