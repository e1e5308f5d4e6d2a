using System.Data;
using System.Diagnostics;
using Npgsql;
using Wingman.Silo.Storage.Log;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// A lane's own connection, opened on demand, checked, and kept until it breaks; with the statements that were prepared
/// on it.
/// </summary>
/// <param name="database">Where the connection comes from (<see cref="CreateDataSource"/>).</param>
/// <param name="era">Numbers the eras of the database.</param>
/// <param name="reachability">Whether the database can be reached, shared by all lanes.</param>
/// <param name="options">Whether statements are prepared, and how long they may run.</param>
internal sealed class LaneConnection(NpgsqlDataSource database, DatabaseEra era, Reachability reachability, StorageOptions options) : IAsyncDisposable
{
    private const int Pings = 5;

    private readonly Dictionary<LaneStatement, NpgsqlBatch> _prepared = [];
    private readonly TimeSpan _longestOpening = LongestOpening(new(database.ConnectionString), options);
    private NpgsqlConnection? _connection;

    /// <summary>How far away the database is: the fastest of a few round trips when the connection was opened.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>Whether the database can be reached, shared by all lanes.</summary>
    public Reachability Reachability => reachability;

    /// <summary>The era of the database that the connection belongs to.</summary>
    public int Era { get; private set; }

    /// <summary>
    /// The settings of every lane statement, local to its transaction so that they work behind a pooler too. One of them replaces
    /// <c>synchronous_commit = off</c> of the role or the database. Most of the others are for the planner: a plan made while a
    /// table was empty is kept for the life of the connection, and must be the right one when the table has millions of rows, so
    /// big tables are read through an index only. Bitmap scans are off: they help if many rows are on few pages, but a user's rows are
    /// few, and each is on another page.
    /// </summary>
    public string Settings { get; } = $"""
        select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
               set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true),
               set_config('plan_cache_mode', 'force_generic_plan', true),
               set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),
               set_config('lock_timeout', '{(int)options.LockTimeout.TotalMilliseconds}', true),
               set_config('statement_timeout', '{(int)options.StatementTimeout.TotalMilliseconds}', true)
        """;

    /// <summary>The source of the lanes' connections. It is not a pool, since a server restart would also break a pool's idle connections.</summary>
    public static NpgsqlDataSource CreateDataSource(string connectionString, StorageOptions options)
    {
        // Requests wait while a lane connects or gives up a statement, so a server that does not answer must not hold it up for long.
        var timeout = Math.Max(1, (int)options.StatementTimeout.TotalSeconds);
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Enlist = false, CommandTimeout = timeout, CancellationTimeout = -1 };
        builder.Timeout = SeveralHosts.TimeoutOfEach(builder, timeout);
        return NpgsqlDataSource.Create(builder);
    }

    /// <summary>The batch that runs a statement on this connection, prepared the first time it is asked for.</summary>
    /// <param name="statement">The statement, whose parameters carry new values each time.</param>
    public async ValueTask<NpgsqlBatch> GetBatchAsync(LaneStatement statement)
    {
        var connection = await OpenAsync();
        if (_prepared.TryGetValue(statement, out var batch)) return batch;

        batch = new NpgsqlBatch(connection) { Timeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 1 };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Settings));
        var command = new NpgsqlBatchCommand(statement.Sql);
        foreach (var parameter in statement.Parameters) command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        _prepared.Add(statement, batch);
        if (!options.PrepareStatements) return batch;

        try
        {
            await batch.PrepareAsync();
            return batch;
        }
        catch
        {
            await DropAsync();
            throw;
        }
    }

    /// <summary>Closes the connection; the next use opens another.</summary>
    public async ValueTask DropAsync()
    {
        // The fields are cleared first: if something below fails, the next use still opens another connection.
        var connection = _connection;
        NpgsqlBatch[] prepared = [.. _prepared.Values];
        _connection = null;
        _prepared.Clear();

        foreach (var batch in prepared)
        {
            // The parameters outlive the connection: the next one prepares with the same.
            foreach (var command in batch.BatchCommands) command.Parameters.Clear();
            await batch.DisposeAsync();
        }

        if (connection is not null) await connection.DisposeAsync();
    }

    public ValueTask DisposeAsync() => DropAsync();

    private static TimeSpan LongestOpening(NpgsqlConnectionStringBuilder builder, StorageOptions options)
    {
        var hosts = SeveralHosts.CountOf(builder);
        var all = TimeSpan.FromSeconds(hosts * builder.Timeout);
        return hosts > 1 && all > options.StatementTimeout ? all : options.StatementTimeout;
    }

    private static async Task<TimeSpan> PingAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var ping = new NpgsqlCommand("select 1", connection);
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < Pings; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await ping.ExecuteScalarAsync(cancellation);
            var took = Stopwatch.GetElapsedTime(begun);
            if (took < fastest) fastest = took;
        }

        return fastest;
    }

    /// <summary>
    /// The connection. If there is none, it is opened and checked within the time that one statement may take, or, with three or more hosts,
    /// within a second for each.
    /// </summary>
    /// <exception cref="DurabilityException">The server may lose what it acknowledges.</exception>
    public async ValueTask<NpgsqlConnection> OpenAsync()
    {
        if (_connection is { State: ConnectionState.Open } open) return open;

        // After some errors, such as a full disk, the driver itself gives the connection up, though the server has kept it.
        await DropAsync();
        var connection = database.CreateConnection();
        using var timeout = new CancellationTokenSource(_longestOpening);
        try
        {
            await connection.OpenAsync(timeout.Token);
            var identity = await PrimaryCheck.RunAsync(connection, timeout.Token);
            if (!era.IsRecorded(identity))
            {
                await LogEras.RecordAsync(connection, identity, timeout.Token);
                era.SetRecorded(identity);
            }

            Era = era.Of(identity);
            RoundTrip = await PingAsync(connection, timeout.Token);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }
}
