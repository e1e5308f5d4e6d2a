using System.Globalization;

namespace Wingman.Development;

/// <summary>The system account that the server runs as: that of this process, or another if this process is root, since Postgres refuses to run as root.</summary>
/// <param name="RunAs">What a command begins with to run as this account; empty for the account of this process.</param>
/// <param name="Owner">Its user and group, as <c>chown</c> takes them; null for the account of this process.</param>
public sealed record ServerAccount(IReadOnlyList<string> RunAs, string? Owner)
{
    private static readonly string[] Preferred = ["postgres", "nobody"];

    /// <summary>The account for data in the given directory: its owner, if the directory exists.</summary>
    /// <param name="data">The directory.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ServerAccount> ForAsync(string data, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess) return new([], null);

        if (Directory.Exists(data))
        {
            var (_, owner) = await Command.RunAsync(["stat", "-c", "%u:%g", data], cancellation);
            if (owner.Trim() is var existing && !existing.StartsWith("0:", StringComparison.Ordinal))
                return await DropToAsync(existing, cancellation);
        }

        foreach (var name in Preferred)
        {
            var (userExit, user) = await Command.RunAsync(["id", "-u", name], cancellation);
            var (groupExit, group) = await Command.RunAsync(["id", "-g", name], cancellation);
            if (userExit == 0 && groupExit == 0)
                return await DropToAsync(string.Create(CultureInfo.InvariantCulture, $"{user.Trim()}:{group.Trim()}"), cancellation);
        }

        throw new EmbeddedPostgresException("Postgres does not run as root, and there is no user postgres or nobody to run it as: create one, or start Wingman as another user.");
    }

    /// <summary>Runs a command as this account.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="cancellation">Ends the wait; the program goes on.</param>
    /// <returns>Its exit code and all it printed.</returns>
    public Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation) =>
        Command.RunAsync([.. RunAs, .. command], cancellation);

    private static async Task<ServerAccount> DropToAsync(string owner, CancellationToken cancellation)
    {
        var (user, group) = (owner.Split(':')[0], owner.Split(':')[1]);
        IReadOnlyList<string> setpriv = ["setpriv", $"--reuid={user}", $"--regid={group}", "--clear-groups", "--"];
        try
        {
            var (exitCode, output) = await Command.RunAsync([.. setpriv, "true"], cancellation);
            return exitCode == 0
                ? new(setpriv, owner)
                : throw new EmbeddedPostgresException($"Postgres does not run as root, and setpriv could not switch to {owner}: {output.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new EmbeddedPostgresException("Postgres does not run as root, and setpriv (package util-linux) is not installed to switch to another user.", missing);
        }
    }
}
