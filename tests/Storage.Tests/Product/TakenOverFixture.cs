using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>A product's database to which Wingman's schema was applied.</summary>
internal sealed class TakenOverFixture : IAsyncDisposable
{
    private TakenOverFixture(ProductDatabase database) => Database = database;

    public ProductDatabase Database { get; }

    public static async Task<TakenOverFixture> CreateAsync()
    {
        var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await SchemaMigrator.ApplyAsync(database.ConnectionString, NullLogger.Instance, CancellationToken.None);
        return new(database);
    }

    public async Task ExecuteAsync(string sql)
    {
        // A script that fails leaves its transaction open, so its connection must not return to the pool.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<string>> LinesAsync(string sql)
    {
        await using var command = Database.Sql.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync()) lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)));
        return lines;
    }

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();
}
