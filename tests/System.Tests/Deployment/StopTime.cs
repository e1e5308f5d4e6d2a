using Wingman.Silo.Operations;

namespace Wingman.SystemTests.Deployment;

/// <summary>The longest time that a host takes to stop, outside Development.</summary>
internal static class StopTime
{
    /// <summary>Whether this time is enough for a host to end by itself, with some seconds to spare.</summary>
    public static bool IsEnough(int seconds) => TimeSpan.FromSeconds(seconds) >= Longest + TimeSpan.FromSeconds(5);

    private static TimeSpan Longest => StopWatchdog.LimitOf(ShutdownDelay.DefaultDelay);
}
