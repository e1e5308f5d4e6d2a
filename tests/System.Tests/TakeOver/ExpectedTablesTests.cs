using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>The comparison at the end of the take-over finds each kind of difference.</summary>
public sealed class ExpectedTablesTests
{
    [Theory]
    [InlineData("update public.wingman_sessions set notes = 'other' where id = $1", "session expected")]
    [InlineData("update public.wingman_sessions set notes = notes where id = $1", "session expected")]
    [InlineData("update public.wingman_sessions set status = 'no_show' where id = $1", "session expected")]
    [InlineData("delete from public.wingman_sessions where id = $1", "is gone")]
    [InlineData("insert into public.wingman_sessions (match_id) select match_id from public.wingman_sessions where id = $1", "was created by nobody")]
    [InlineData(
        "update public.wingman_matches set user1_reputation = user1_reputation + 1 where id = (select match_id from public.wingman_sessions where id = $1)",
        "match   expected")]
    public async Task ARowThatNoCallChanged_IsSeen(string tampering, string line)
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var buddies = await ProductPairs.InsertAsync(database);
        var session = await buddies.InsertSessionAsync(database, Scene.Past);
        await buddies.InsertSessionAsync(database, Scene.Past);
        var (from, expected) = (TimeProvider.System.GetUtcNow(), await ExpectedTables.ReadAsync(database.Sql));
        Assert.Empty(await expected.CompareAsync(database.Sql, from, TimeProvider.System.GetUtcNow()));

        await database.Sql.ExecuteAsync(tampering, session);

        var seen = Assert.Single(await expected.CompareAsync(database.Sql, from, TimeProvider.System.GetUtcNow()));
        Assert.Contains(line, seen, StringComparison.Ordinal);
    }
}
