namespace Wingman.Development;

/// <summary>The private server's configuration: durable, for one machine, reachable by its socket only.</summary>
internal static class ServerSettings
{
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["listen_addresses"] = "",
        ["unix_socket_permissions"] = "0700",
        ["max_connections"] = "200",
        ["shared_buffers"] = "256MB",
        ["max_wal_size"] = "2GB",
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["full_page_writes"] = "on",
        ["jit"] = "off",
        ["log_line_prefix"] = "%m [%p] ",
    };

    /// <summary>Writes what the next start of the server reads.</summary>
    public static async Task WriteAsync(DataRoot root, IReadOnlyDictionary<string, string> overrides, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(Defaults, StringComparer.Ordinal) { ["unix_socket_directories"] = root.Sockets };
        foreach (var (name, value) in overrides) settings[name] = value;

        var file = Path.Combine(root.Data, "wingman.conf");
        await File.WriteAllLinesAsync(file, settings.Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'"), cancellation);

        // The server may run as another user, so the file is readable for all; only that user may enter its directory.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
