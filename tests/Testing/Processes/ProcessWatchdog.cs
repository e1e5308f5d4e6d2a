using System.Diagnostics;

namespace Wingman.Testing;

/// <summary>
/// A shell that kills the processes that this process has started when this process ends in any way: its standard input is a
/// pipe from here, which the kernel then closes.
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

    /// <summary>From now on the process is killed when this one ends.</summary>
    public static void Watch(int process) => Tell("watch", process);

    /// <summary>The process has ended; its number may be used for another one.</summary>
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
