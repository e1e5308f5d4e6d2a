using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>One of two servers that replicate: primary or standby, and the machine under it.</summary>
internal sealed class PostgresNode : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly PostgresBinaries _binaries;
    private readonly ServerAccount _account;
    private readonly string _directory;
    private readonly LogTail _log = new(60, null);
    private Process? _postmaster;

    private PostgresNode(PostgresBinaries binaries, ServerAccount account, string directory)
    {
        (_binaries, _account, _directory) = (binaries, account, directory);
        Replication = FaultProxy.Start(Address);
    }

    /// <summary>The directory of its socket, which is what Postgres' clients take for a host.</summary>
    public string Host => Path.Combine(_directory, "socket");

    public EndPoint Address => new UnixDomainSocketEndPoint(Path.Combine(Host, $".s.PGSQL.{NpgsqlConnection.DefaultPort}"));

    /// <summary>The network by which a standby follows this node.</summary>
    public FaultProxy Replication { get; }

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Prepares a node without data.</summary>
    public static async Task<PostgresNode> CreateAsync(PostgresBinaries binaries, string directory, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        var account = await ServerAccount.ForAsync(Path.Combine(directory, "data"), cancellation);
        if (account.Owner is { } owner) await Command.RunAsync(["chown", owner, directory], cancellation);
        var node = new PostgresNode(binaries, account, directory);
        await node.RunAsync(["mkdir", "-p", "-m", "700", node.Host], cancellation);
        return node;
    }

    /// <summary>Makes a new cluster.</summary>
    public Task InitializeAsync(CancellationToken cancellation) => RunAsync(
        [_binaries.InitDb, "-D", Data, "-U", ChaosDatabase.Owner, "--auth-local=trust", "--auth-host=reject", "--no-locale", "--encoding=UTF8", "--no-sync"], cancellation);

    /// <summary>Deletes its data and becomes the standby of another node.</summary>
    public async Task FollowAsync(PostgresNode primary, CancellationToken cancellation)
    {
        await RunAsync(["rm", "-rf", Data], cancellation);
        await RunAsync(
            [Path.Combine(_binaries.Directory, "pg_basebackup"), "-h", primary.Host, "-U", ChaosDatabase.Owner, "-D", Data, "-X", "stream", "-c", "fast", "--no-sync"], cancellation);
        await RunAsync(["touch", Path.Combine(Data, "standby.signal")], cancellation);
        var source = primary.Replication.Address;
        await StartAsync($"host={source.Address} port={source.Port} user={ChaosDatabase.Owner} sslmode=disable gssencmode=disable application_name=standby", cancellation);
    }

    /// <summary>Starts the server and waits until it answers.</summary>
    /// <param name="primary">The node that it follows as a standby; null for a primary.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task StartAsync(string? primary, CancellationToken cancellation)
    {
        string[] settings =
        [
            "listen_addresses=", $"unix_socket_directories={Host}", "unix_socket_permissions=0700", "max_connections=200", "shared_buffers=128MB",
            "max_wal_size=2GB", "jit=off", $"primary_conninfo={primary}", "wal_receiver_status_interval=1s",
        ];
        var start = Command.Describe([.. _account.RunAs, Path.Combine(_binaries.Directory, "postgres"), "-D", Data, .. settings.SelectMany(static setting => new[] { "-c", setting })]);
        _postmaster = WatchedProcess.Start(start, _log);
        await QueryUntilAsync("the server answers", "select true", static answer => answer is true, cancellation);
    }

    /// <summary>Ends all of the server's processes at once, as the end of its machine would. What they had not sent is never sent.</summary>
    public async Task KillAsync()
    {
        if (_postmaster is not { } postmaster) return;
        // The postmaster is suspended first, so that it starts no process while the others are listed.
        Signals.Send(postmaster.Id, Signal.Suspend);
        foreach (var child in ChildrenOf(postmaster.Id)) Signals.Send(child, Signal.Kill);
        Signals.Send(postmaster.Id, Signal.Kill);
        await postmaster.WaitForExitAsync();
        ProcessWatchdog.Forget(postmaster.Id);
        postmaster.Dispose();
        _postmaster = null;
    }

    /// <summary>Runs one statement.</summary>
    /// <returns>Its first value.</returns>
    public async Task<object?> QueryAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Runs one statement until its first value is right.</summary>
    public async Task QueryUntilAsync(string what, string sql, Func<object?, bool> isRight, CancellationToken cancellation)
    {
        try
        {
            await Eventually.BecomesAsync(what, checking => QueryAsync(sql, checking), isRight, StartTime, cancellation);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n--- the server's log ends with\n{_log}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Replication.DisposeAsync();
        _log.Dispose();
    }

    private string ConnectionString => new NpgsqlConnectionStringBuilder(ChaosDatabase.CheckersConnectionTo(Host))
    {
        Pooling = false,
        Timeout = 5,
    }.ConnectionString;

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var (exitCode, output) = await _account.RunAsync(command, cancellation);
        if (exitCode != 0) throw new InvalidOperationException($"{command[0]} failed: {output.Trim()}");
    }

    private static List<int> ChildrenOf(int process)
    {
        List<int> children = [];
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), out var id)) continue;
            try
            {
                var status = File.ReadAllText(Path.Combine(entry, "stat"));
                // After the name, which may contain anything: the state, then the parent.
                if (status[(status.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{process}")
                    children.Add(id);
            }
            catch (IOException)
            {
                // The process has ended meanwhile.
            }
        }

        return children;
    }
}
