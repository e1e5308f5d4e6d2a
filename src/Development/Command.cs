using System.Diagnostics;

namespace Wingman.Development;

/// <summary>A short-lived program, run to its end.</summary>
public static class Command
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="cancellation">Ends the wait; the program goes on.</param>
    /// <returns>Its exit code and all it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        using var process = Process.Start(Describe(command))
            ?? throw new EmbeddedPostgresException($"{command[0]} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, (await output) + (await errors));
    }

    /// <summary>A program's start, with its streams redirected, without the caller's settings for Postgres, and in a directory that anyone may enter.</summary>
    /// <param name="command">The program and its arguments.</param>
    public static ProcessStartInfo Describe(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }
}
