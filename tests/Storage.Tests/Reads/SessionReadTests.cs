using Npgsql;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>What is read of sessions and matches, including rows with null columns.</summary>
public abstract class SessionReadTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : SessionReadTests(fixture), IClassFixture<FreshFixture>
    {
        [Fact]
        public async Task DatabaseWithoutProfilesAndChallenges_ShowsIdsAlone_AndAsksForNoChallenge()
        {
            var tables = fixture.Open();
            var session = await SeededSession.InsertAsync(fixture);
            var challenge = Guid.NewGuid();
            await fixture.ExecuteAsync("update wingman_sessions set user1_challenge_id = $2 where id = $1", session.Id, challenge);

            var details = await tables.FindAsync(session.Key);

            Assert.Equal(new ParticipantDetails(null, new(challenge, null, null, null, null)), details!.User1);
            Assert.Equal(new ParticipantDetails(null, null), details.User2);
            Assert.Equal(ChallengeCheck.Valid, await tables.CheckAsync(null, null));
        }
    }

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : SessionReadTests(fixture), IClassFixture<ExistingFixture>
    {
        [Fact]
        public async Task Details_HaveNamesAndChallenges()
        {
            var session = await SeededSession.InsertAsync(fixture);
            var challenge = await fixture.InsertChallengeAsync();
            await fixture.ExecuteAsync("update wingman_sessions set user2_challenge_id = $2 where id = $1", session.Id, challenge);
            await fixture.ExecuteAsync("update user_profiles set first_name = null where id = $1", session.User2);

            var details = await fixture.Open().FindAsync(session.Key);

            Assert.Equal(new ParticipantDetails("Someone", null), details!.User1);
            Assert.Equal(new ParticipantDetails(null, new(challenge, "Say hello", null, "beginner", 10)), details.User2);
        }

        [Fact]
        public async Task Challenges_MustBeNamedExistAndDiffer()
        {
            var tables = fixture.Open();
            var (one, other) = (await fixture.InsertChallengeAsync(), await fixture.InsertChallengeAsync());

            Assert.Equal(ChallengeCheck.Valid, await tables.CheckAsync(one, other));
            Assert.Equal(ChallengeCheck.Missing, await tables.CheckAsync(one, null));
            Assert.Equal(ChallengeCheck.Missing, await tables.CheckAsync(null, other));
            Assert.Equal(ChallengeCheck.Invalid, await tables.CheckAsync(one, one));
            Assert.Equal(ChallengeCheck.Invalid, await tables.CheckAsync(one, Guid.NewGuid()));
            Assert.Equal(ChallengeCheck.Invalid, await tables.CheckAsync(Guid.NewGuid(), other));
        }
    }

    [Fact]
    public async Task UnknownIds_AreNull()
    {
        var tables = fixture.Open();

        Assert.Null(await tables.ReadAsync(new SessionId(Guid.NewGuid())));
        Assert.Null(await tables.FindAsync(new(Guid.NewGuid())));
        Assert.Null(await tables.ReadAsync(new MatchId(Guid.NewGuid())));
    }

    [Fact]
    public async Task EveryColumn_IsRead()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("""
            update wingman_sessions set status = 'in_progress', completed_at = $2, user2_completed_confirmed_by_user1 = true, notes = 'by the door'
            where id = $1
            """, session.Id, SeededSession.Then.AddHours(3).UtcDateTime);

        var (state, version) = (await tables.ReadAsync(session.Key))!.Value;
        var details = (await tables.FindAsync(session.Key))!;

        Assert.Equal(await session.XminAsync(fixture), version.Xmin);
        Assert.Equal(
            session.State(SessionStatus.InProgress, default, user2Confirmed: true) with { CompletedAt = SeededSession.Then.AddHours(3), Event = default },
            state);
        Assert.Equal(
            new SessionSnapshot(
                session.Key, new(session.Match), new(session.User1), new(session.User2), SessionStatus.InProgress, false, true,
                SeededSession.Then, SeededSession.Then.AddHours(3)),
            details.Snapshot);
        Assert.Equal(("somewhere", "by the door"), (details.VenueName, details.Notes));
    }

    [Fact]
    public async Task NullColumns_MeanScheduledUnconfirmedAndAtNoTime()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("""
            update wingman_sessions set status = null, scheduled_time = null, venue_name = null, created_at = null,
              user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null
            where id = $1
            """, session.Id);

        var details = (await tables.FindAsync(session.Key))!;

        Assert.Equal(session.State(SessionStatus.Scheduled, default) with { ScheduledAt = null, Event = default }, (await tables.ReadAsync(session.Key))!.Value.State);
        Assert.Equal((SessionStatus.Scheduled, false, false, null), (details.Snapshot.Status, details.Snapshot.User1Confirmed, details.Snapshot.User2Confirmed, details.Snapshot.ScheduledAt));
        Assert.Equal((null, null), (details.VenueName, details.Notes));
    }

    [Fact]
    public async Task Match_ShowsItsStatusText_AndItsActiveSession()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await session.InsertAnotherAsync(fixture);
        await fixture.ExecuteAsync("update wingman_matches set status = 'a text that nobody knows yet' where id = $1", session.Match);

        var state = (await tables.ReadAsync(new MatchId(session.Match)))!.Value.State;

        Assert.Equal(("a text that nobody knows yet", session.User1, session.User2), (state.Status, state.User1.Value, state.User2.Value));
        Assert.Equal([session.Id], state.ActiveSessions);
    }

    [Fact]
    public async Task MatchWithoutAStatus_IsPending()
    {
        var match = await SeededMatch.InsertNewAsync(fixture);
        await fixture.ExecuteAsync("update wingman_matches set status = null where id = $1", match.Id);

        Assert.Equal(MatchStatus.Pending, (await fixture.Open().ReadAsync(match.Key))!.Value.State.Status);
    }

    [Theory]
    [InlineData("'20000-01-01 00:00+00'")]
    [InlineData("'4000-01-01 00:00+00 BC'")]
    public async Task RowThatCannotBeDecoded_FailsItsOwnReadAlone_AndKeepsTheConnection(string time)
    {
        const string Name = "reads-under-test";
        var tables = fixture.Open(
            options => options.ReadLanes = 1,
            connectionString: new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { ApplicationName = Name }.ConnectionString);
        var sessions = await SeededSession.InsertAsync(fixture, 40);
        await tables.ReadAsync(sessions[0].Key);
        await tables.FindAsync(sessions[0].Key);
        await fixture.ExecuteAsync($"update wingman_sessions set scheduled_time = {time} where id = $1", sessions[17].Id);
        var lanes = await LanesAsync();

        for (var round = 0; round < 3; round++)
        {
            var states = sessions.Select(session => tables.ReadAsync(session.Key)).ToList();
            var details = sessions.Select(session => tables.FindAsync(session.Key)).ToList();

            Assert.Equal(StorageFailure.Failed, (await Assert.ThrowsAsync<StorageException>(() => states[17])).Failure);
            Assert.Equal(StorageFailure.Failed, (await Assert.ThrowsAsync<StorageException>(() => details[17])).Failure);
            states.RemoveAt(17);
            details.RemoveAt(17);
            Assert.All(await Task.WhenAll(states), state => Assert.NotNull(state));
            Assert.All(await Task.WhenAll(details), found => Assert.NotNull(found));
        }

        Assert.Equal(lanes, await LanesAsync());

        Task<List<int>> LanesAsync() => fixture.ColumnAsync<int>(
            "select pid from pg_stat_activity where datname = current_database() and application_name = $1 order by 1", Name);
    }

    [Theory]
    [InlineData("'infinity'")]
    [InlineData("'-infinity'")]
    public async Task InfiniteTime_IsRead(string time)
    {
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync($"update wingman_sessions set scheduled_time = {time} where id = $1", session.Id);

        Assert.NotNull((await fixture.Open().ReadAsync(session.Key))!.Value.State.ScheduledAt);
    }
}
