using System.Diagnostics;

namespace Wingman.Testing;

/// <summary>What a command printed, and its exit code.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the commands that <c>./wingman</c> passes to the silo host: <c>schema ...</c>, <c>doctor ...</c>.</summary>
public static class WingmanCommand
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="connectionString">The database; null for none.</param>
    /// <param name="arguments">The command line.</param>
    public static Task<CommandResult> RunAsync(string? connectionString, params string[] arguments) => RunAsync(HostKind.Silo, connectionString, arguments);

    /// <summary>Runs a command of either host to its end.</summary>
    /// <param name="kind">The host.</param>
    /// <param name="connectionString">The database; null for none.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<CommandResult> RunAsync(HostKind kind, string? connectionString, params string[] arguments)
    {
        var host = HostBinaries.PathOf(kind);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [host, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(host),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment.Remove("ConnectionStrings__Wingman");
        if (connectionString is not null) start.Environment["ConnectionStrings__Wingman"] = connectionString;
        return await WatchedProcess.RunAsync(start);
    }
}
