using System.Diagnostics;

namespace Wingman.Chaos.Cluster;

/// <summary>
/// A shell that removes what remains when processes end (mounts, network devices, directories). It does so when it is disposed
/// of, or when this process has ended for whatever reason: its standard input is a pipe from here, which the kernel then closes.
/// </summary>
internal sealed class CleanupShell : IAsyncDisposable
{
    private const string Script = "trap '' INT TERM HUP; read -r _; {0}";

    private readonly Process _shell;

    private CleanupShell(Process shell) => _shell = shell;

    /// <summary>Starts it.</summary>
    /// <param name="orders">What it is to do in the end, as a line of shell in which <c>$1</c>, <c>$2</c>, ... are the arguments.</param>
    /// <param name="arguments">The arguments.</param>
    public static CleanupShell Start(string orders, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script.Replace("{0}", orders, StringComparison.Ordinal), "sh", .. arguments])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        return new CleanupShell(Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start."));
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
