using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Relational;
using Wingman.Testing;

namespace Wingman.Storage.Tests;

/// <summary>A database with the schema, and the storages that a test class opens on it; all are gone when the class is done.</summary>
public sealed class StorageLab : IAsyncLifetime
{
    private static readonly IActivatorProvider Activators =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<IActivatorProvider>();

    private readonly Stack<IAsyncDisposable> _opened = [];

    /// <summary>Where the database is.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The database, seen past any storage.</summary>
    public NpgsqlDataSource Sql { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => await UseAsync(await TestPostgres.CreateDatabaseAsync());

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        while (_opened.TryPop(out var opened)) await opened.DisposeAsync();
    }

    /// <summary>Opens our storage, started.</summary>
    internal async Task<GroupCommitStorage> OpenAsync(
        Action<StorageOptions>? configure = null, RowMappings? mappings = null, string service = "tests", string? connectionString = null)
    {
        var options = new StorageOptions();
        configure?.Invoke(options);
        var storage = new GroupCommitStorage(
            "tests",
            connectionString ?? ConnectionString,
            mappings ?? new(),
            new StateSerializer(),
            Activators,
            Options.Create(options),
            Options.Create(new ClusterOptions { ServiceId = service }),
            NullLogger<GroupCommitStorage>.Instance);
        _opened.Push(storage);
        await storage.StartAsync(CancellationToken.None);
        return storage;
    }

    /// <summary>Opens the storage of Microsoft.Orleans.Persistence.AdoNet, as Orleans itself makes it, with our serializer.</summary>
    internal async Task<IGrainStorage> OpenStockAsync(string service = "tests")
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = "orleans" });
        _opened.Push(source);
        var host = new HostBuilder().UseOrleans(silo => silo
            .UseLocalhostClustering(serviceId: service)
            .AddAdoNetGrainStorage("stock", options =>
                (options.Invariant, options.DataSource, options.GrainStorageSerializer) = ("Npgsql", source, new StateSerializer()))).Build();
        _opened.Push((IAsyncDisposable)host);
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("stock");
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return storage;
    }

    internal async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Sql.CreateCommand(sql);
        command.CommandTimeout = 120;
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    internal async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Sql.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>How many transactions the rows of a state name were written in.</summary>
    internal Task<long> CommitsAsync(string stateName) => ScalarAsync<long>(
        "select count(distinct xmin::text) from orleans.orleansstorage where graintypestring = $1", stateName);

    /// <summary>Returns when a backend of this database waits for a lock.</summary>
    internal Task SomebodyWaitsForALockAsync() => Eventually.BecomesAsync(
        "a statement waits for a lock",
        _ => ScalarAsync<long>("""
            select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()
            """),
        static waiting => waiting > 0);

    /// <summary>A transaction that holds the row of a grain's state until it is disposed.</summary>
    internal async Task<NpgsqlConnection> LockRowAsync(GrainId grain, string stateName)
    {
        var hasher = new GrainRowHasher();
        var key = GrainRowKey.Create(hasher.Name(stateName), grain, hasher);
        var connection = await Sql.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("begin; set local enable_seqscan = off", connection);
        await command.ExecuteNonQueryAsync();
        command.CommandText = "select 1 from orleans.orleansstorage where grainidhash = $1 and grainidn0 = $2 and grainidn1 = $3 and graintypestring = $4 for update";
        command.Parameters.AddWithValue(key.IdHash);
        command.Parameters.AddWithValue(key.N0);
        command.Parameters.AddWithValue(key.N1);
        command.Parameters.AddWithValue(stateName);
        Assert.Equal(1, await command.ExecuteScalarAsync());
        return connection;
    }

    internal async Task UseAsync(string connectionString)
    {
        ConnectionString = connectionString;
        Sql = NpgsqlDataSource.Create(connectionString);
        _opened.Push(Sql);
        await using var connection = await Sql.OpenConnectionAsync();
    }
}
