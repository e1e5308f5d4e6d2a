using Wingman.Testing;
using Wingman.Testing.History;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>A product's database for a test class.</summary>
public sealed class ProductFixture : IAsyncLifetime
{
    /// <summary>A time in the past, for sessions.</summary>
    public static readonly DateTimeOffset Then = new(2025, 3, 4, 18, 30, 0, TimeSpan.Zero);

    internal ProductDatabase Database { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Database.DisposeAsync();

    internal Task<Pair> BuddiesAsync(string? status = "accepted") => ProductPairs.InsertAsync(Database, status);

    internal OldBackend Backend(HeldStep? held = null) =>
        new(Database.ConnectionString, beforeStatement: held is null ? null : held.BeforeAsync);

    /// <summary>One value as the tables' owner sees it.</summary>
    internal Task<T?> ScalarAsync<T>(string sql, params object[] parameters) => Database.Sql.ScalarAsync<T>(sql, parameters);

    internal Task ExecuteAsync(string sql, params object[] parameters) => Database.Sql.ExecuteAsync(sql, parameters);

    /// <summary>A session's status, its two flags and its match's two counters, as a line to compare.</summary>
    internal Task<string?> LineAsync(Guid session) => ScalarAsync<string>(
        """
        select concat_ws(' ', coalesce(s.status, 'null'), coalesce(s.user1_completed_confirmed_by_user2::text, 'null'),
          coalesce(s.user2_completed_confirmed_by_user1::text, 'null'), coalesce(m.user1_reputation::text, 'null'),
          coalesce(m.user2_reputation::text, 'null'))
        from wingman_sessions s join wingman_matches m on m.id = s.match_id where s.id = $1
        """,
        session);
}
