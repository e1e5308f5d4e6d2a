using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Wingman.Testing;

/// <summary>The signals that tests send to processes.</summary>
public enum Signal
{
    /// <summary>SIGTERM: please stop.</summary>
    Terminate,

    /// <summary>SIGKILL: ends at once, without a message.</summary>
    Kill,

    /// <summary>SIGSTOP: frozen; its connections stay open.</summary>
    Suspend,

    /// <summary>SIGCONT: continues after SIGSTOP.</summary>
    Resume,
}

/// <summary>kill(2).</summary>
internal static partial class Signals
{
    private const int NoSuchProcess = 3;

    /// <summary>Sends the signal.</summary>
    /// <returns>False if there is no such process any more.</returns>
    public static bool Send(int process, Signal signal)
    {
        if (Kill(process, NumberOf(signal)) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"kill({process}, {signal}) failed");
    }

    private static int NumberOf(Signal signal) => signal switch
    {
        Signal.Terminate => 15,
        Signal.Kill => 9,
        Signal.Suspend => OperatingSystem.IsMacOS() ? 17 : 19,
        Signal.Resume => OperatingSystem.IsMacOS() ? 19 : 18,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
