using System.Diagnostics;

namespace Wingman.Api.Tests.Host;

/// <summary>The API as an operator starts it: a process with an environment and nothing else.</summary>
public static class ApiProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[] arguments, string environment, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Wingman.Api.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = environment, ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" },
        };
        foreach (var (name, value) in variables) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The process was still running after {Deadline.TotalSeconds} s.");
        }

        return (process.ExitCode, await output, await error);
    }
}
