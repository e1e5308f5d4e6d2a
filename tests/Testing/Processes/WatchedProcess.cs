using System.Diagnostics;

namespace Wingman.Testing;

/// <summary>Starts processes that end when this process ends, in any way, and that can read nothing.</summary>
internal static class WatchedProcess
{
    /// <summary>Starts a process that runs until it is ended.</summary>
    /// <param name="start">The program; its streams must be redirected.</param>
    /// <param name="log">Where its output goes; null: it is discarded.</param>
    /// <param name="leadsGroup">Whether it leads a group of processes, all of which are to end with this one.</param>
    public static Process Start(ProcessStartInfo start, LogTail? log, bool leadsGroup = false)
    {
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log?.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log?.Add(line.Data);
        process.Start();
        ProcessWatchdog.Watch(leadsGroup ? -process.Id : process.Id);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs a command to its end, and kills it if it does not end within <see cref="Eventually.Deadline"/>.</summary>
    /// <param name="start">The program; its streams must be redirected.</param>
    public static async Task<CommandResult> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        ProcessWatchdog.Watch(process.Id);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            ProcessWatchdog.Forget(process.Id);
        }

        return new(process.ExitCode, await output, await errors);
    }
}
