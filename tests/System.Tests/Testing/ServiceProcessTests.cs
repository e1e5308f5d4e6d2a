using System.Diagnostics;
using System.Globalization;
using Wingman.Testing;

namespace Wingman.SystemTests.Testing;

/// <summary>What the tests start never outlives them.</summary>
public sealed class ServiceProcessTests
{
    [Fact]
    public async Task WatchdogKillsItsProcess_WhenTheProcessThatStartedBothDies()
    {
        // A shell in the place of a test run: it starts a process and the watchdog as ServiceProcess does, and is killed.
        const string Script = """
            sleep 300 & child=$!
            echo $child
            mkfifo "$1/pipe"
            sh -c "$2" <"$1/pipe" &
            exec 3>"$1/pipe"
            echo "watch $child" >&3
            echo ready
            wait $child
            """;
        var directory = Directory.CreateTempSubdirectory("wingman-watchdog-");
        using var run = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", directory.FullName, ProcessWatchdog.Script]) { RedirectStandardOutput = true })!;
        var child = int.Parse((await run.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        Assert.Equal("ready", await run.StandardOutput.ReadLineAsync());
        Assert.True(IsAlive(child));

        run.Kill();

        await Eventually.IsTrueAsync("the child is gone", _ => Task.FromResult(!IsAlive(child)));
        directory.Delete(recursive: true);
    }

    private static bool IsAlive(int process)
    {
        try
        {
            // A killed child of a killed shell may stay as a zombie until it is reaped.
            var state = File.ReadAllText($"/proc/{process}/stat");
            return state[(state.LastIndexOf(')') + 2)] != 'Z';
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
