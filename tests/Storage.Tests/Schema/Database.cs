using Npgsql;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Schema;

/// <summary>A few statements on a database, by its connection string.</summary>
internal static class Database
{
    public static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await source.ExecuteAsync(sql);
    }

    public static async Task<List<T>> ColumnAsync<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        return await source.ColumnAsync<T>(sql);
    }
}
