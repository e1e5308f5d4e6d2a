using Npgsql;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>The generated year has every kind of row, and is stored in the database as it was generated.</summary>
public sealed class ProductDataTests(ProductFixture fixture) : IClassFixture<ProductFixture>
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    [Fact]
    public void OneSeed_GivesTheSameRows_AndAnotherSeedOthers()
    {
        var (first, second, other) = (Small(1), Small(1), Small(2));

        Assert.Equal(first.Users, second.Users);
        Assert.Equal(first.Challenges, second.Challenges);
        Assert.Equal(first.Matches, second.Matches);
        Assert.Equal(first.Sessions, second.Sessions);
        Assert.NotEqual(first.Sessions, other.Sessions);
        Assert.Contains("seed 1 ", first.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASmallDatabase_HasEveryKindOfSession()
    {
        var kinds = Small(3).Sessions.CountBy(static session => session.Kind).ToDictionary();

        Assert.All(Enum.GetValues<SessionKind>(), kind => Assert.True(kinds.ContainsKey(kind), $"No session is {kind}."));
    }

    [Fact]
    public async Task AHundredThousandSessions_AreStoredAsGenerated()
    {
        var data = ProductData.Generate(new(Seed: 4, Now));
        var log = new StringWriter();
        await data.InsertAsync(fixture.Database.Sql, log);

        Assert.Contains("seed 4 ", log.ToString(), StringComparison.Ordinal);
        Assert.Equal(100_000, data.Sessions.Count);
        Assert.Equal(
            data.Sessions.Select(static session => session with { Kind = default }).OrderBy(static session => session.Id),
            (await StoredSessionsAsync()).OrderBy(static session => session.Id));
        Assert.Equal(
            data.Matches.OrderBy(static match => match.Id),
            (await StoredMatchesAsync()).OrderBy(static match => match.Id));
        Assert.Equal((long)data.Users.Count, await fixture.ScalarAsync<long>("select count(*) from user_profiles"));
        Assert.Equal((long)data.Challenges.Count, await fixture.ScalarAsync<long>("select count(*) from approach_challenges"));
    }

    [Theory]
    [InlineData("null status", "wingman_sessions where status is null")]
    [InlineData("null flag", "wingman_sessions where user1_completed_confirmed_by_user2 is null")]
    [InlineData("null time", "wingman_sessions where scheduled_time is null")]
    [InlineData("both flags, not completed", "wingman_sessions where status in ('scheduled', 'in_progress')"
        + " and user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1")]
    [InlineData("completed with one flag", "wingman_sessions where status = 'completed'"
        + " and user1_completed_confirmed_by_user2 <> user2_completed_confirmed_by_user1")]
    [InlineData("completed at no time", "wingman_sessions where status = 'completed' and completed_at is null")]
    [InlineData("cancelled with flags", "wingman_sessions where status = 'cancelled'"
        + " and (user1_completed_confirmed_by_user2 or user2_completed_confirmed_by_user1)")]
    [InlineData("no-show", "wingman_sessions where status = 'no_show'")]
    [InlineData("several active sessions of a match", "(select from wingman_sessions where status in ('scheduled', 'in_progress')"
        + " group by match_id having count(*) > 1) m")]
    [InlineData("future", "wingman_sessions where scheduled_time > '2026-03-04 18:30+00'")]
    [InlineData("forgotten", "wingman_sessions where scheduled_time < '2026-03-03 18:30+00' and status = 'scheduled'")]
    [InlineData("match of no status", "wingman_matches where status is null")]
    [InlineData("match of an unknown status", "wingman_matches where status not in ('pending', 'accepted', 'declined')")]
    [InlineData("null counter", "wingman_matches where user1_reputation is null")]
    [InlineData("session of a match that is not accepted", "wingman_sessions s join wingman_matches m on m.id = s.match_id"
        + " where m.status is distinct from 'accepted'")]
    [InlineData("drifted counter", "wingman_matches m where user1_reputation <> (select count(*) from wingman_sessions s"
        + " where s.match_id = m.id and s.status = 'completed')")]
    public async Task ASmallDatabase_Holds(string what, string rows)
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await Small(5).InsertAsync(database.Sql);

        Assert.True(await database.Sql.ScalarAsync<long>($"select count(*) from {rows}") > 0, $"There is no {what}.");
    }

    private static ProductData Small(int seed) => ProductData.Generate(new(seed, Now) { Users = 100, Matches = 300, Sessions = 1_000 });

    private async Task<List<ProductSession>> StoredSessionsAsync() => await ReadAsync(
        """
        select id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
          user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at from wingman_sessions
        """,
        static row => new ProductSession(
            row.GetGuid(0), row.GetGuid(1), Nullable<Guid>(row, 2), Nullable<Guid>(row, 3), row[4] as string, Nullable<DateTimeOffset>(row, 5),
            row[6] as string, Nullable<DateTimeOffset>(row, 7), Nullable<bool>(row, 8), Nullable<bool>(row, 9), row[10] as string,
            Nullable<DateTimeOffset>(row, 11)));

    private async Task<List<ProductMatch>> StoredMatchesAsync() => await ReadAsync(
        "select id, user1_id, user2_id, status, user1_reputation, user2_reputation, created_at from wingman_matches",
        static row => new ProductMatch(
            row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row[3] as string, Nullable<int>(row, 4), Nullable<int>(row, 5),
            Nullable<DateTimeOffset>(row, 6)));

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map)
    {
        await using var command = fixture.Database.Sql.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync()) rows.Add(map(reader));
        return rows;
    }

    private static T? Nullable<T>(NpgsqlDataReader row, int column) where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
