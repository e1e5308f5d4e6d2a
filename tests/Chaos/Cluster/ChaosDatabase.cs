using Npgsql;
using Wingman.Testing;
using Wingman.Testing.History;
using Wingman.Testing.Product;

namespace Wingman.Chaos.Cluster;

/// <summary>A throw-away database that hosts reach through proxies and checkers directly.</summary>
internal sealed class ChaosDatabase(IChaosServer server) : IAsyncDisposable
{
    /// <summary>The application name of checkers' connections, which faults do not end.</summary>
    public const string Checker = "chaos";

    /// <summary>The owner of a server that a run sets up; hosts and checkers connect as this role.</summary>
    public const string Owner = "wingman";

    /// <summary>The server that it is on.</summary>
    public IChaosServer Server => server;

    /// <summary>The database, without a proxy in between.</summary>
    public NpgsqlDataSource Direct { get; } = NpgsqlDataSource.Create(server.ConnectionString);

    /// <summary>A network of its own between a host and each address of the server.</summary>
    public HostNetwork CreateNetwork() => new([.. server.Addresses.Select(static address => FaultProxy.Start(address, IsGrainWrite))]);

    /// <summary>How a host reaches the server through its network.</summary>
    public string ConnectionStringThrough(HostNetwork network)
    {
        var plain = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        return new NpgsqlConnectionStringBuilder
        {
            Host = string.Join(',', network.Addresses),
            Username = plain.Username,
            Database = plain.Database,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
    }

    /// <summary>How checkers reach a server that a run has set up.</summary>
    /// <param name="hosts">Its address, or those of its nodes.</param>
    public static string CheckersConnectionTo(string hosts) => new NpgsqlConnectionStringBuilder
    {
        Host = hosts,
        Username = Owner,
        Database = "postgres",
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        ApplicationName = Checker,
    }.ConnectionString;

    /// <summary>Whether the members of the cluster have declared the silo at a port dead.</summary>
    public async Task<bool> IsDeclaredDeadAsync(int port, CancellationToken cancellation)
    {
        await using var status = Direct.CreateCommand("select status from orleans.orleansmembershiptable where port = $1 order by generation desc limit 1");
        status.Parameters.Add(new NpgsqlParameter { Value = port });
        return await status.ExecuteScalarAsync(cancellation) is (int)SiloStatus.Dead;
    }

    /// <summary>The product's old backend on this database, which has the service's schema by now.</summary>
    public async Task<OldBackend> CreateOldBackendAsync(CancellationToken cancellation)
    {
        await using var grant = Direct.CreateCommand(
            """
            create role service_role bypassrls;
            grant usage on schema public to service_role;
            grant select, insert, update, delete on public.wingman_matches, public.wingman_sessions to service_role
            """);
        await grant.ExecuteNonQueryAsync(cancellation);
        return new OldBackend(Direct.ConnectionString);
    }

    /// <summary>Inserts a scheduled session and its match, as another program does.</summary>
    /// <returns>False if a fault is under way: then it is unknown whether the session was inserted.</returns>
    public async Task<bool> TryInsertSessionAsync(Pair pair, Guid session, string venue, DateTimeOffset scheduledAt, CancellationToken cancellation)
    {
        await using var insert = Direct.CreateCommand(
            """
            with m as (insert into public.wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, 'accepted'))
            insert into public.wingman_sessions (id, match_id, venue_name, scheduled_time, status) values ($4, $1, $5, $6, 'scheduled')
            """);
        foreach (var value in new object[] { pair.Match, pair.User1, pair.User2, session, venue, scheduledAt.UtcDateTime })
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        try
        {
            await insert.ExecuteNonQueryAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Ends the backends of some of the hosts' connections.</summary>
    /// <returns>How many.</returns>
    public async Task<int> TerminateBackendsAsync(int atMost, CancellationToken cancellation)
    {
        await using var terminate = Direct.CreateCommand(
            $"""
            select count(pg_terminate_backend(pid)) from (
              select pid from pg_stat_activity
              where backend_type = 'client backend' and datname = current_database() and application_name <> '{Checker}' and pid <> pg_backend_pid()
              order by random() limit $1) as chosen
            """);
        terminate.Parameters.Add(new NpgsqlParameter { Value = atMost });
        return (int)(long)(await terminate.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Locks some of the youngest sessions that are not over, and their matches.</summary>
    public Task<HeldLocks> LockYoungSessionsAsync(int atMost, CancellationToken cancellation) => LockAsync(
        $"""
        begin;
        select count(*) from (
          select 1
          from (select id, match_id from public.wingman_sessions where status in ('scheduled', 'in_progress') order by created_at desc limit {atMost}) young
          join public.wingman_matches m on m.id = young.match_id
          join public.wingman_sessions s on s.id = young.id
          for update of m, s) locked
        """,
        cancellation);

    /// <summary>Locks the table of sessions against all other transactions.</summary>
    public Task<HeldLocks> LockSessionsTableAsync(CancellationToken cancellation) => LockAsync(
        "begin; lock table public.wingman_sessions in access exclusive mode; select 0::bigint", cancellation);

    public async ValueTask DisposeAsync()
    {
        await Direct.DisposeAsync();
        await server.DisposeAsync();
    }

    private async Task<HeldLocks> LockAsync(string sql, CancellationToken cancellation)
    {
        // Not from the pool: the checkers must not wait for it, and closing it must end the transaction.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Direct.ConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(sql, connection);
            return new HeldLocks(connection, (int)(long)(await command.ExecuteScalarAsync(cancellation))!);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The statements of grains: all of them append to the log.</summary>
    private static bool IsGrainWrite(string sql) => sql.Contains("insert into wingman.events", StringComparison.OrdinalIgnoreCase);
}
