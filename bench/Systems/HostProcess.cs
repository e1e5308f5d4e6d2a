using System.Diagnostics;
using Wingman.Bench.LoadGenerator;

namespace Wingman.Bench.Systems;

/// <summary>A started host whose output goes to a file.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly string _logFile;

    private HostProcess(Process process, StreamWriter log, string logFile)
    {
        _process = process;
        _log = log;
        _logFile = logFile;
    }

    public int Id => _process.Id;

    public static HostProcess Start(string assembly, IReadOnlyDictionary<string, string> environment, string logFile)
    {
        if (!File.Exists(assembly)) throw new InvalidOperationException($"{assembly} is missing: run the bench without --no-build.");
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
        };
        SocketThread.RemoveFrom(start.Environment);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new HostProcess(process, log, logFile);
    }

    /// <summary>Throws if the process has ended; the message has the line of its output that says why.</summary>
    public void ThrowIfEnded()
    {
        if (!_process.HasExited) return;
        throw new InvalidOperationException(
            $"{Path.GetFileName(_process.StartInfo.ArgumentList[0])} ended with {_process.ExitCode}: {FailureLine()} (all of it in {_logFile})");
    }

    /// <summary>The first line that contains the word exception, or else the last one.</summary>
    public string FailureLine()
    {
        using var reader = new StreamReader(new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("exception", StringComparison.OrdinalIgnoreCase)) ?? lines.LastOrDefault() ?? "nothing said";
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = kill(_process.Id, Terminate);
            using var deadline = new CancellationTokenSource(StopDeadline);
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private static void Write(StreamWriter log, string? line)
    {
        if (line is null) return;
        lock (log) log.WriteLine(line);
    }

    [System.Runtime.InteropServices.LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
