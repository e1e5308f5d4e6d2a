using System.Diagnostics;
using System.Globalization;

namespace Wingman.Development;

/// <summary>
/// A small shell, the server's parent, that lives on after this process until it has stopped the server. It detects the end of this
/// process, even by kill -9, because its standard input then ends.
/// </summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(70);

    private readonly Process _shell;
    private readonly SemaphoreSlim _oneAtATime = new(1);

    private Supervisor(Process shell) => _shell = shell;

    /// <summary>Starts the shell; the server is started by <see cref="StartServerAsync"/>.</summary>
    public static Supervisor Start(PostgresBinaries binaries, DataRoot root, bool keep)
    {
        var describe = Command.Describe(
            ["sh", WriteScript(root), binaries.Directory, root.Path, root.Sockets, keep ? "keep" : "discard", .. root.Account.RunAs]);
        return new(Process.Start(describe) ?? throw new EmbeddedPostgresException("sh did not start."));
    }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    /// <returns>Whether it does; if not, its log says why.</returns>
    public Task<bool> StartServerAsync() => SendAsync("start");

    /// <summary>Stops the server, cleanly or as in a crash.</summary>
    public Task StopServerAsync(bool immediate) => SendAsync(immediate ? "crash" : "stop");

    /// <summary>Stops the server that a predecessor left behind.</summary>
    public Task EvictServerAsync() => SendAsync("evict");

    /// <summary>Makes the shell stop the server as it does after the end of this process, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var deadline = new CancellationTokenSource(StopDeadline);
        await _shell.WaitForExitAsync(deadline.Token);
        _shell.Dispose();
        _oneAtATime.Dispose();
    }

    // Replaced by renaming, not overwritten: the shell of an earlier owner may still be reading its copy.
    private static string WriteScript(DataRoot root)
    {
        var script = Path.Combine(root.Path, "supervisor.sh");
        using (var source = typeof(Supervisor).Assembly.GetManifestResourceStream("Wingman.Development.supervisor.sh")!)
        using (var copy = File.Create(script + ".new"))
            source.CopyTo(copy);
        File.Move(script + ".new", script, overwrite: true);
        return script;
    }

    // Cannot be cancelled: an answer that is not read would be read as the answer to the next command.
    private async Task<bool> SendAsync(string command)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            await _shell.StandardInput.WriteLineAsync(command);
            await _shell.StandardInput.FlushAsync();
            var answer = await _shell.StandardOutput.ReadLineAsync()
                ?? throw new EmbeddedPostgresException("The shell that supervises the Postgres server has ended.");
            return int.Parse(answer, CultureInfo.InvariantCulture) == 0;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
