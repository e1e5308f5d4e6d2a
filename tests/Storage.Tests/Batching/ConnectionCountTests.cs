using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Batching;

/// <summary>A silo opens no more connections than its operator allows.</summary>
public sealed class ConnectionCountTests(ExistingFixture fixture) : IClassFixture<ExistingFixture>
{
    /// <summary>What a silo needs with the default options: 13 lanes, 4 for membership and health, 2 for background work.</summary>
    private const int Minimum = 19;

    [Theory]
    [InlineData(Minimum)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(100)]
    public void LanesAndPools_NeverExceedTheConnectionStringsLimit(int limit) => Assert.Equal(limit, CountOf(limit, new()));

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public void SmallerLimit_IsExceeded_ByAsLittleAsPossible(int limit) => Assert.Equal(Minimum, CountOf(limit, new()));

    [Fact]
    public void OneLaneOfEach_NeedsFewer() => Assert.Equal(16, CountOf(1, new() { Lanes = 1, ReadLanes = 1 }));

    [Fact]
    public async Task EveryLaneInUse_HasTheConnectionsThatWereCounted()
    {
        const string Name = "all lanes";
        var tables = fixture.Open(
            options => options.NextLaneAt = 1, connectionString: new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { ApplicationName = Name }.ConnectionString);
        var (session, match) = (await SeededSession.InsertAsync(fixture), await SeededMatch.InsertNewAsync(fixture));

        var (challenge, otherChallenge) = (await fixture.InsertChallengeAsync(), await fixture.InsertChallengeAsync());

        // A further lane helps while the first one is busy.
        await Testing.Eventually.BecomesAsync(
            "every lane has its connection",
            async _ =>
            {
                await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.WhenAll(
                    tables.ReadAsync(session.Key), tables.FindAsync(session.Key), tables.ReadAsync(match.Key), tables.CheckAsync(challenge, otherChallenge), tables.CountAsync(new(session.User1)),
                    tables.ReadHistoryAsync(new(session.User1), null, 10), tables.CountCompletionsAsync(new(session.User1), new(session.User2), SeededSession.Then),
                    tables.AppendAsync(null, new(Events.EventKind.Observed, SeededSession.Then), null))));
                var (state, version) = (await tables.ReadAsync(match.Key))!.Value;
                await tables.WriteAsync(match.Key, version, state);
                var more = await SeededSession.InsertAsync(fixture, 200);
                await Task.WhenAll((await more.PrepareAsync(tables, static one => one.Confirmed)).Select(static write => write()));
                return await fixture.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and application_name = $1", Name);
            },
            static count => count == ProductTables.ConnectionsOf(new()));
    }

    [Fact]
    public async Task BackgroundThatUsesAllItsConnections_LeavesMembershipAndHealthTheirs()
    {
        await using var database = new DatabaseConnections(new DatabaseAddress($"{fixture.ConnectionString};Maximum Pool Size=1", new()));
        await using var one = await database.Background.OpenConnectionAsync();
        await using var other = await database.Background.OpenConnectionAsync();
        await Assert.ThrowsAsync<NpgsqlException>(async () => await database.Background.OpenConnectionAsync());

        await using var health = await database.Health.OpenConnectionAsync();
        await using var first = await database.Cluster.OpenConnectionAsync();
        await using var second = await database.Cluster.OpenConnectionAsync();
        await using var third = await database.Cluster.OpenConnectionAsync();
    }

    private static int CountOf(int limit, StorageOptions options) =>
        ProductTables.ConnectionsOf(options) + DatabaseConnections.Reserved
        + new DatabaseAddress($"Host=nowhere;Maximum Pool Size={limit}", options).BackgroundSize;
}
