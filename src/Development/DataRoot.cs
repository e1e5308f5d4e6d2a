using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Wingman.Development;

/// <summary>A directory of the server's user, with the data, the logs and, where its path allows, the socket.</summary>
internal sealed partial record DataRoot(string Path, string Sockets, ServerAccount Account)
{
    // A socket's path may have 107 characters at most; the socket's own name takes 19.
    private const int LongestSocketDirectory = 85;

    /// <summary>The cluster itself.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>Held by the process that is responsible for the server, for as long as it lives.</summary>
    public string OwnerLock => System.IO.Path.Combine(Path, "owner.lock");

    /// <summary>The server's log file.</summary>
    public string ServerLog => System.IO.Path.Combine(Path, "server.log");

    /// <summary>The wanted directory if the server's user can work there, or else the first of some other places where it can.</summary>
    public static async Task<DataRoot> PrepareAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var wanted = System.IO.Path.GetFullPath(options.Directory);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..12];
        var state = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string[] places = [wanted, System.IO.Path.Combine(Environment.IsPrivilegedProcess ? "/var/lib" : state, "wingman", name), $"/var/tmp/wingman-{name}"];
        var refusals = new List<string>();
        foreach (var place in places)
        {
            var account = await ServerAccount.ForAsync(System.IO.Path.Combine(place, "data"), cancellation);
            if (await TryOwnAsync(place, account, cancellation) is { } refusal)
            {
                refusals.Add($"{place}: {refusal}");
                continue;
            }

            if (place != wanted && options.Keep) LeaveNote(wanted, place);
            return new(place, await SocketsAsync(place, name, account, cancellation), account);
        }

        throw new EmbeddedPostgresException($"No directory that the Postgres server's user can work in: {string.Join("; ", refusals)}.");
    }

    private static async Task<string?> TryOwnAsync(string place, ServerAccount account, CancellationToken cancellation)
    {
        var isNew = !Directory.Exists(place);
        try
        {
            Directory.CreateDirectory(place);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return refused.Message;
        }

        if (account.Owner is { } owner && isNew) await Command.RunAsync(["chown", owner, place], cancellation);

        // Setting the mode succeeds only for the owner, and only if the owner may enter every directory above.
        var (exitCode, output) = await account.RunAsync(["sh", "-c", "chmod 700 \"$1\" && cd \"$1\" && test -w .", "sh", place], cancellation);
        if (exitCode == 0) return null;

        if (isNew) Directory.Delete(place);
        return output.Trim();
    }

    private static async Task<string> SocketsAsync(string place, string name, ServerAccount account, CancellationToken cancellation)
    {
        var beside = System.IO.Path.Combine(place, "socket");
        var sockets = beside.Length <= LongestSocketDirectory && Plain().IsMatch(beside) ? beside : $"/tmp/wingman-{name}";
        var (exitCode, output) = await account.RunAsync(["sh", "-c", "mkdir -p \"$1\" && chmod 700 \"$1\"", "sh", sockets], cancellation);
        return exitCode == 0 ? sockets : throw new EmbeddedPostgresException($"No directory for the server's socket: {output.Trim()}");
    }

    private static void LeaveNote(string wanted, string place)
    {
        var note = wanted + ".location";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(note)!);
            File.WriteAllText(note, place + Environment.NewLine);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            // A read-only checkout cannot hold the note. The log names the place as well.
        }
    }

    [GeneratedRegex("^[A-Za-z0-9/_.-]+$")]
    private static partial Regex Plain();
}
