using Wingman.Silo.Operations;

namespace Wingman.SystemTests.Deployment;

/// <summary>How long a host takes to stop at the most, outside Development.</summary>
internal static class StopTime
{
    /// <summary>Whether whoever stops a host waits for it to end by itself, and some seconds more.</summary>
    public static bool IsEnough(int seconds) => TimeSpan.FromSeconds(seconds) >= Longest + TimeSpan.FromSeconds(5);

    private static TimeSpan Longest => StopWatchdog.LimitOf(ShutdownDelay.DefaultDelay);
}
