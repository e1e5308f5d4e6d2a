using System.Runtime.InteropServices;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Sleeps for less than a millisecond, which the framework's timers cannot.</summary>
internal static partial class PreciseDelay
{
    public static void Sleep(TimeSpan time)
    {
        // An interrupted sleep is too short; callers check the clock in any case.
        _ = usleep((uint)time.TotalMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int usleep(uint microseconds);
}
