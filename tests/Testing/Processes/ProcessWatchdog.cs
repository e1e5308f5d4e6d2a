using System.Diagnostics;

namespace Wingman.Testing;

/// <summary>
/// A shell that kills the processes of this one when this one dies, however it dies: its standard input is a pipe from
/// here, which the kernel closes.
/// </summary>
internal static class ProcessWatchdog
{
    internal const string Script = """
        trap '' INT TERM HUP
        watched=''
        while read -r verb pid; do
          others=''
          for other in $watched; do [ "$other" = "$pid" ] || others="$others $other"; done
          watched=$others
          [ "$verb" = watch ] && watched="$watched $pid"
        done
        [ -z "$watched" ] || kill -9 $watched
        """;

    private static readonly Lock Gate = new();
    private static readonly Process Shell = Start();

    /// <summary>From now on the process dies with this one.</summary>
    public static void Watch(int process) => Tell("watch", process);

    /// <summary>The process is gone; its number may become another's.</summary>
    public static void Forget(int process) => Tell("forget", process);

    private static void Tell(string verb, int process)
    {
        lock (Gate)
        {
            Shell.StandardInput.WriteLine($"{verb} {process}");
            Shell.StandardInput.Flush();
        }
    }

    private static Process Start() =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true, UseShellExecute = false })
        ?? throw new InvalidOperationException("/bin/sh did not start.");
}
