using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Bench.Database;

/// <summary>
/// A throw-away Postgres with durable settings, the same for every system. Each run gets a fresh copy of a seeded
/// template, byte for byte the same.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["shared_buffers"] = "1GB",
        ["max_wal_size"] = "8GB",
        ["min_wal_size"] = "1GB",
        ["checkpoint_timeout"] = "30min",
        ["max_connections"] = "400",
    };

    private readonly EmbeddedPostgres _server;
    private readonly HashSet<string> _templates = [];
    private int _copies;

    private BenchCluster(EmbeddedPostgres server, IReadOnlyDictionary<string, string> settings) => (_server, Settings) = (server, settings);

    /// <summary>The server's settings besides the durable defaults of a private Postgres.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public static async Task<BenchCluster> StartAsync(IReadOnlyDictionary<string, string> furtherSettings, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(Defaults, StringComparer.Ordinal);
        foreach (var (name, value) in furtherSettings) settings[name] = value;
        var server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(settings), NullLogger.Instance, cancellation);
        return new BenchCluster(server, settings);
    }

    /// <summary>A new database that holds exactly the shape's rows.</summary>
    public async Task<BenchDatabase> CopyAsync(DatabaseShape shape, CancellationToken cancellation)
    {
        await EnsureTemplateAsync(shape, cancellation);
        var name = $"{shape.Template}_{++_copies}";
        // FILE_COPY writes pages by checkpoints instead of through the log, so that only the measured phases use the log.
        await AdministerAsync($"create database {name} template {shape.Template} strategy file_copy", cancellation);
        return new BenchDatabase(this, name, ConnectionStringOf(name));
    }

    public Task CheckpointAsync(CancellationToken cancellation) => AdministerAsync("checkpoint", cancellation);

    public Task DropAsync(string name) => AdministerAsync($"drop database {name} with (force)", CancellationToken.None);

    public int ServerProcessId => _server.PostmasterPid;

    public async Task<string> ServerVersionAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf("postgres"));
        await connection.OpenAsync(cancellation);
        return connection.PostgreSqlVersion.ToString();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>How many bytes the server has written to its log so far, for all databases.</summary>
    public async Task<long> LogBytesAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf("postgres"));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select (pg_current_wal_insert_lsn() - '0/0')::int8", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task EnsureTemplateAsync(DatabaseShape shape, CancellationToken cancellation)
    {
        if (_templates.Contains(shape.Template)) return;
        await AdministerAsync($"create database {shape.Template}", cancellation);
        var connectionString = ConnectionStringOf(shape.Template);
        if (shape.Tables == Tables.Product)
        {
            var product = await ProductDatabase.CreateAsync(connectionString, cancellation: cancellation);
            await product.DisposeAsync();
        }

        await TestPostgres.ApplySchemaAsync(connectionString, cancellation);
        await SeedData.WriteAsync(connectionString, shape, cancellation);
        _templates.Add(shape.Template);
    }

    private async Task AdministerAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf("postgres"));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private string ConnectionStringOf(string database) =>
        new NpgsqlConnectionStringBuilder(_server.GetConnectionString(database)) { Pooling = false }.ConnectionString;
}

/// <summary>One run's database, dropped after the run.</summary>
internal sealed class BenchDatabase(BenchCluster cluster, string name, string connectionString) : IAsyncDisposable
{
    /// <summary>For this process' own reads of the rows: without a pool, and never through the proxy.</summary>
    public string ConnectionString => connectionString;

    /// <summary>For a system: its own pool.</summary>
    public string ConnectionStringFor(int poolSize, Uri? proxy)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true, MaxPoolSize = poolSize };
        if (proxy is not null) (settings.Host, settings.Port) = (proxy.Host, proxy.Port);
        return settings.ConnectionString;
    }

    public ValueTask DisposeAsync() => new(cluster.DropAsync(name));
}
