using Npgsql;
using Wingman.Testing;
using Wingman.Testing.Invariants;
using Wingman.Testing.Product;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>A database that records every change of a session or match, with its writer.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>A challenge of the product's database; a fresh database requires none.</summary>
    public static readonly Guid Challenge1 = new("c0000000-0000-4000-8000-000000000001");

    /// <summary>Another one.</summary>
    public static readonly Guid Challenge2 = new("c0000000-0000-4000-8000-000000000002");

    private TestDatabase(string connectionString, bool isProducts)
    {
        ConnectionString = With(connectionString, ChangeJournal.Ours);
        Administrator = connectionString;
        IsProducts = isProducts;
        OtherWriter = NpgsqlDataSource.Create(With(connectionString, "someone else"));
    }

    /// <summary>Wingman's connection string, with the application name by which its changes are distinguished from those of others.</summary>
    public string ConnectionString { get; }

    /// <summary>The connection string of other writers, without an application name.</summary>
    public string Administrator { get; }

    /// <summary>Whether its tables are the product's own, with all their indexes and keys.</summary>
    public bool IsProducts { get; }

    /// <summary>The connections of all programs but Wingman.</summary>
    public NpgsqlDataSource OtherWriter { get; }

    /// <summary>The tables that Wingman creates where there are none.</summary>
    public static async Task<TestDatabase> CreateFreshAsync()
    {
        var database = new TestDatabase(await TestPostgres.CreateDatabaseAsync(), isProducts: false);
        await ChangeJournal.BeginAsync(database.OtherWriter);
        return database;
    }

    /// <summary>The product's own tables.</summary>
    public static async Task<TestDatabase> CreateProductsAsync()
    {
        var database = new TestDatabase(await TestPostgres.CreateEmptyDatabaseAsync(), isProducts: true);
        await using (var product = await ProductDatabase.CreateAsync(database.Administrator))
        {
            await using var challenges = product.Sql.CreateCommand(
                "insert into public.approach_challenges (id, difficulty, title) values ($1, 'beginner', 'Say hello'), ($2, 'advanced', 'Sing')");
            challenges.Parameters.AddWithValue(Challenge1);
            challenges.Parameters.AddWithValue(Challenge2);
            await challenges.ExecuteNonQueryAsync();
            await ChangeJournal.BeginAsync(database.OtherWriter);
        }

        return database;
    }

    public async ValueTask DisposeAsync() => await OtherWriter.DisposeAsync();

    private static string With(string connectionString, string name) =>
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name }.ConnectionString;
}
