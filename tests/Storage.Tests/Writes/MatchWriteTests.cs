using Npgsql;
using Orleans.Storage;
using Wingman.Matches;
using Wingman.Silo.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Writes;

/// <summary>A match's row, and the session that is inserted in the commit of its match.</summary>
public abstract class MatchWriteTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : MatchWriteTests(fixture), IClassFixture<FreshFixture>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : MatchWriteTests(fixture), IClassFixture<ExistingFixture>
    {
        [Fact]
        public async Task UsersThatTheProductDoesNotKnow_AreRefused()
        {
            var state = new MatchState { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()) };

            var refused = await Assert.ThrowsAsync<StorageException>(() => fixture.Open().WriteAsync(new MatchId(Guid.NewGuid()), null, state));

            Assert.Equal(StorageFailure.Refused, refused.Failure);
            Assert.Contains(PostgresErrorCodes.ForeignKeyViolation, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("pending")]
    [InlineData("a text that nobody knows yet")]
    public async Task NewMatch_IsInserted(string status)
    {
        var tables = fixture.Open();
        var match = await SeededMatch.NewAsync(fixture, status);

        var version = await tables.WriteAsync(match.Key, null, match.State);

        Assert.Equal($"{match.State.User1} {match.State.User2} {status} 0 0 -", await match.RowsAsync(fixture));
        var read = await tables.ReadAsync(match.Key);
        Assert.Equal((version, status), (read!.Value.Version, read.Value.State.Status));
    }

    [Fact]
    public async Task NewMatch_ThatAnotherInsertedMeanwhile_IsAConflict()
    {
        var tables = fixture.Open(HeldLane.Options);
        var (committed, underWay) = (await SeededMatch.NewAsync(fixture), await SeededMatch.NewAsync(fixture));
        await committed.InsertAsync(fixture);
        await using var other = await OtherWriter.BeginAsync(fixture, SeededMatch.InsertSql, underWay.Parameters);

        await Assert.ThrowsAsync<InconsistentStateException>(() => tables.WriteAsync(committed.Key, null, committed.State with { Status = "ours" }));
        var waiting = tables.WriteAsync(underWay.Key, null, underWay.State with { Status = "ours" });
        await fixture.WaitForLockAsync();
        await other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => waiting);
        Assert.Equal("accepted", (await tables.ReadAsync(committed.Key))!.Value.State.Status);
        Assert.Equal("accepted", (await tables.ReadAsync(underWay.Key))!.Value.State.Status);
    }

    [Fact]
    public async Task NewMatch_ThatAnotherInsertsAndRollsBack_IsInserted()
    {
        var tables = fixture.Open(HeldLane.Options);
        var match = await SeededMatch.NewAsync(fixture);
        var other = await OtherWriter.BeginAsync(fixture, SeededMatch.InsertSql, match.Parameters);
        var write = tables.WriteAsync(match.Key, null, match.State with { Status = "ours" });
        await fixture.WaitForLockAsync();

        await other.DisposeAsync();

        await write;
        Assert.Equal("ours", (await tables.ReadAsync(match.Key))!.Value.State.Status);
    }

    [Fact]
    public async Task KnownMatch_ChangesItsStatusAlone()
    {
        var tables = fixture.Open();
        var match = await SeededMatch.InsertNewAsync(fixture);
        await fixture.ExecuteAsync("update wingman_matches set user1_reputation = 5 where id = $1", match.Id);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;

        await tables.WriteAsync(match.Key, version, state with { Status = "declined" });

        Assert.Equal($"{state.User1} {state.User2} declined 5 0 -", await match.RowsAsync(fixture));
        await Assert.ThrowsAsync<InconsistentStateException>(() => tables.WriteAsync(match.Key, version, state with { Status = "accepted" }));
    }

    [Fact]
    public async Task DeletedMatch_IsAConflictAndNotInsertedAgain()
    {
        var tables = fixture.Open();
        var match = await SeededMatch.InsertNewAsync(fixture);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;
        await fixture.ExecuteAsync("delete from wingman_matches where id = $1", match.Id);

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => tables.WriteAsync(match.Key, version, state with { NewSession = SeededMatch.NewSession() }));

        Assert.Null(await tables.ReadAsync(match.Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScheduledSession_IsInsertedWithAllItsColumns_AndALineOfTheLog(bool byAParticipant)
    {
        var tables = fixture.Open();
        var match = await SeededMatch.InsertNewAsync(fixture);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;
        var session = SeededMatch.NewSession() with
        {
            User1ChallengeId = await fixture.InsertChallengeAsync(),
            User2ChallengeId = await fixture.InsertChallengeAsync(),
            ScheduledBy = byAParticipant ? state.User2 : null,
        };

        var next = await tables.WriteAsync(match.Key, version, state with { NewSession = session });

        Assert.Equal(
            $"{match.Id} {session.User1ChallengeId} {session.User2ChallengeId} Café 2026-03-04 18:30 scheduled null false false null 2026-03-01 10:00",
            await fixture.ScalarAsync<string>("""
                select concat_ws(' ', match_id, user1_challenge_id, user2_challenge_id, venue_name, to_char(scheduled_time at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
                  status, coalesce(completed_at::text, 'null'), user1_completed_confirmed_by_user2::text, user2_completed_confirmed_by_user1::text,
                  coalesce(notes, 'null'), to_char(created_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'))
                from wingman_sessions where id = $1
                """, session.Id.Value));
        Assert.Equal(
            $"scheduled {session.ScheduledBy?.ToString() ?? "nobody"} 2026-03-01 10:00 {StorageFixture.Host}",
            await fixture.ScalarAsync<string>("""
                select concat_ws(' ', kind, coalesce(actor::text, 'nobody'), to_char(at at time zone 'utc', 'YYYY-MM-DD HH24:MI'), host)
                from wingman.events where session_id = $1
                """, session.Id.Value));
        var read = (await tables.ReadAsync(match.Key))!.Value;
        Assert.NotEqual(version, next);
        Assert.Equal(next, read.Version);
        Assert.Equal([session.Id.Value], read.State.ActiveSessions);
    }

    [Fact]
    public async Task SchedulingTwiceAtOnceOnOneVersion_LetsExactlyOneThrough()
    {
        ProductTables[] hosts = [fixture.Open(), fixture.Open(), fixture.Open()];
        for (var round = 0; round < 40; round++)
        {
            var match = await SeededMatch.InsertNewAsync(fixture);
            var (state, version) = (await hosts[0].ReadAsync(match.Key))!.Value;

            var won = await Task.WhenAll(hosts.Select(host => Task.Run(
                () => WinsAsync(host.WriteAsync(match.Key, version, state with { NewSession = SeededMatch.NewSession() })))));

            Assert.Equal(1, won.Count(static one => one));
            Assert.Equal(1, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1", match.Id));
        }
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("in_progress")]
    [InlineData(null)]
    public async Task SchedulingBesideAnActiveSession_IsAConflict(string? status)
    {
        var tables = fixture.Open();
        var match = await SeededMatch.InsertNewAsync(fixture);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;
        await fixture.ExecuteAsync("insert into wingman_sessions (match_id, status) values ($1, $2::text)", match.Id, status);

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => tables.WriteAsync(match.Key, version, state with { NewSession = SeededMatch.NewSession() }));

        Assert.Equal(1, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1", match.Id));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [InlineData("no_show")]
    public async Task SchedulingAfterASessionThatIsOver_InsertsTheNext(string status)
    {
        var tables = fixture.Open();
        var match = await SeededMatch.InsertNewAsync(fixture);
        await fixture.ExecuteAsync("insert into wingman_sessions (match_id, status) values ($1, $2)", match.Id, status);
        var (state, version) = (await tables.ReadAsync(match.Key))!.Value;

        await tables.WriteAsync(match.Key, version, state with { NewSession = SeededMatch.NewSession() });

        Assert.Equal(2, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1", match.Id));
    }

    [Fact]
    public async Task SessionThatTheDatabaseRefuses_FailsAlone()
    {
        var tables = fixture.Open();
        var matches = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SeededMatch.InsertNewAsync(fixture)));
        var read = await Task.WhenAll(matches.Select(async match => (match.Key, Row: (await tables.ReadAsync(match.Key))!.Value)));

        var writes = read.Select((match, index) => tables.WriteAsync(match.Key, match.Row.Version, match.Row.State with
        {
            NewSession = SeededMatch.NewSession() with { VenueName = new string('v', index == 13 ? 201 : 200) },
        })).ToList();

        var refused = await Assert.ThrowsAsync<StorageException>(() => writes[13]);
        Assert.Equal(StorageFailure.Refused, refused.Failure);
        writes.RemoveAt(13);
        await Task.WhenAll(writes);
    }

    private static async Task<bool> WinsAsync(Task<RowVersion> write)
    {
        try
        {
            await write;
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
