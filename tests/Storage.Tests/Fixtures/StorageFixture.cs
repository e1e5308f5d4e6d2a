using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Storage;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>A database with the schema, and the tables that a test class opens on it; all are deleted after the class.</summary>
public abstract class StorageFixture : IAsyncLifetime
{
    /// <summary>The host name that lanes write to the log.</summary>
    public const string Host = "host-under-test";

    private readonly Stack<IAsyncDisposable> _opened = [];

    /// <summary>Where the database is.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The database, read and written without the storage.</summary>
    public NpgsqlDataSource Sql { get; private set; } = null!;

    /// <summary>The features that the tables' owner detects in the database.</summary>
    internal ProductFeatures Features { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        ConnectionString = await CreateDatabaseAsync();
        Sql = NpgsqlDataSource.Create(ConnectionString);
        _opened.Push(Sql);
        await using var connection = await Sql.OpenConnectionAsync();
        await Features.ReadAsync(connection, CancellationToken.None);
    }

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        while (_opened.TryPop(out var opened)) await opened.DisposeAsync();
    }

    /// <summary>Inserts users, if the database has a table of them.</summary>
    internal virtual Task InsertUsersAsync(params Guid[] users) => Task.CompletedTask;

    /// <summary>Inserts a challenge, if the database has a table of them.</summary>
    internal virtual Task<Guid> InsertChallengeAsync() => Task.FromResult(Guid.NewGuid());

    /// <summary>Opens the tables, as a silo does.</summary>
    internal ProductTables Open(
        Action<StorageOptions>? configure = null,
        CreditCounting counting = CreditCounting.Fair,
        string? connectionString = null,
        ProductFeatures? features = null)
    {
        var options = new StorageOptions();
        configure?.Invoke(options);
        var tables = new ProductTables(
            connectionString ?? ConnectionString,
            Sql,
            features ?? Features,
            Host,
            Options.Create(options),
            Options.Create(new ReputationOptions { Counting = counting }),
            new StorageMetrics(new OwnMeters()),
            NullLogger<ProductTables>.Instance);
        _opened.Push(tables);
        return tables;
    }

    internal async Task ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Sql.CreateCommand(sql, parameters);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    internal async Task<T> ScalarAsync<T>(string sql, params object[] parameters) => (await Sql.ScalarAsync<T>(sql, parameters))!;

    /// <summary>The first column of every row.</summary>
    internal Task<List<T>> ColumnAsync<T>(string sql, params object[] parameters) => Sql.ColumnAsync<T>(sql, parameters);

    /// <summary>Returns when so many backends of this database wait for a lock.</summary>
    internal Task WaitForLockAsync(int backends = 1) => Eventually.BecomesAsync(
        $"{backends} statements wait for a lock",
        _ => ScalarAsync<long>("""
            select count(distinct l.pid) from pg_locks l join pg_stat_activity a using (pid)
            where not l.granted and a.datname = current_database()
            """),
        waiting => waiting >= backends);

    /// <summary>Applies a setting to the database, for connections from now on.</summary>
    internal Task SetForDatabaseAsync(string setting) => ExecuteAsync(
        $"do $$ begin execute format('alter database %I {setting}', current_database()); end $$");

    /// <summary>Creates the database.</summary>
    /// <returns>Its connection string.</returns>
    private protected abstract Task<string> CreateDatabaseAsync();
}

/// <summary>A database that had nothing before Wingman.</summary>
public sealed class FreshFixture : StorageFixture
{
    private protected override Task<string> CreateDatabaseAsync() => TestPostgres.CreateDatabaseAsync();
}
