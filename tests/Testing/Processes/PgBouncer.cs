using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wingman.Development;

namespace Wingman.Testing;

/// <summary>How a pooler assigns its connections.</summary>
public enum PoolMode
{
    /// <summary>To one client until it disconnects.</summary>
    Session,

    /// <summary>To one client for a transaction.</summary>
    Transaction,
}

/// <summary>A pgbouncer in front of a test's server, on the same port after each start.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"bouncer-{Guid.NewGuid():N}"[..20]);
    private readonly int _port = FreePorts.Next();
    private readonly string _server;
    private readonly ServerAccount _account;
    private Process? _process;

    private PgBouncer(string server, ServerAccount account) => (_server, _account) = (server, account);

    /// <summary>The program, or null if it is not installed.</summary>
    public static string? Program { get; } =
        ((string[])["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]).FirstOrDefault(File.Exists);

    /// <summary>Starts one in front of the server of a connection string.</summary>
    /// <param name="server">A server on a unix socket that accepts its user without a password.</param>
    /// <param name="mode">How connections are assigned.</param>
    /// <param name="users">Who may sign in, beside the connection string's user.</param>
    public static async Task<PgBouncer> StartAsync(string server, PoolMode mode, params string[] users)
    {
        var address = new NpgsqlConnectionStringBuilder(server);
        var bouncer = new PgBouncer(server, await ServerAccount.ForAsync(address.Host!, CancellationToken.None));
        Directory.CreateDirectory(bouncer._directory);
        await File.WriteAllLinesAsync(
            Path.Combine(bouncer._directory, "users.txt"), [.. users.Append(address.Username).Select(static user => $"\"{user}\" \"\"")]);
        await File.WriteAllTextAsync(bouncer.Settings, $"""
            [databases]
            * = host={address.Host}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {bouncer._port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_dir =
            auth_type = trust
            auth_file = {bouncer._directory}/users.txt
            admin_users = {address.Username}
            pool_mode = {(mode == PoolMode.Session ? "session" : "transaction")}
            max_client_conn = 400
            default_pool_size = {(mode == PoolMode.Session ? 100 : 12)}
            server_lifetime = 20
            """);
        await bouncer.StartAsync();
        return bouncer;
    }

    /// <summary>How clients reach a database through it.</summary>
    /// <param name="user">The user; null for the server's own user.</param>
    public string ConnectionString(string? user = null)
    {
        var address = new NpgsqlConnectionStringBuilder(_server) { Host = "127.0.0.1", Port = _port };
        if (user is not null) address.Username = user;
        return address.ConnectionString;
    }

    /// <summary>Starts it and waits until it serves clients.</summary>
    public async Task StartAsync()
    {
        string[] command = [.. _account.RunAs, Program ?? throw new InvalidOperationException("pgbouncer is not installed."), "-q", Settings];
        _process = WatchedProcess.Start(Command.Describe(command), log: null);
        await Eventually.IsTrueAsync("pgbouncer lets clients through", async cancellation =>
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString()) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellation);
            return true;
        });
    }

    /// <summary>Ends it at once: every client's connection breaks.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;

        Signals.Send(process.Id, Signal.Kill);
        await process.WaitForExitAsync();
        ProcessWatchdog.Forget(process.Id);
        process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string Settings => Path.Combine(_directory, "pgbouncer.ini");
}
