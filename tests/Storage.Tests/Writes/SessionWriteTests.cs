using Orleans.Storage;
using Wingman.Events;
using Wingman.Sessions;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Writes;

/// <summary>What a session's write changes, and what it does not change.</summary>
public abstract class SessionWriteTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : SessionWriteTests(fixture), IClassFixture<FreshFixture>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : SessionWriteTests(fixture), IClassFixture<ExistingFixture>;

    private const string OtherColumns =
        "select row(id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, notes, created_at)::text from wingman_sessions where id = $1";

    [Fact]
    public async Task Write_ReturnsTheRowsNewVersion()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);

        var version = await session.WriteAsync(tables, session.Confirmed);

        Assert.Equal(new RowVersion(0, await session.XminAsync(fixture)), version);
        Assert.Equal(version, await session.VersionAsync(tables));
        await session.WriteAsync(tables, version, session.Completed);
    }

    [Fact]
    public async Task FirstConfirmation_SetsItsFlagAndNothingElse()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'by the door' where id = $1", session.Id);
        var others = await fixture.ScalarAsync<string>(OtherColumns, session.Id);

        await session.WriteAsync(tables, session.Confirmed);

        Assert.Equal("scheduled true false - 0 0 confirmed", await session.RowsAsync(fixture));
        Assert.Equal(others, await fixture.ScalarAsync<string>(OtherColumns, session.Id));
    }

    [Fact]
    public async Task FirstConfirmation_LeavesNullsNull()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("""
            update wingman_sessions set status = null, user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null,
              venue_name = null, scheduled_time = null, created_at = null
            where id = $1
            """, session.Id);
        await fixture.ExecuteAsync("update wingman_matches set user1_reputation = null, user2_reputation = null where id = $1", session.Match);

        await session.WriteAsync(tables, session.Confirmed);

        Assert.Equal("null true null - null null confirmed", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task SecondUsersConfirmation_IsTheProductsOtherColumn()
    {
        var session = await SeededSession.InsertAsync(fixture);

        await session.WriteAsync(fixture.Open(), session.State(SessionStatus.Scheduled, EventKind.Confirmed, new(session.User2), user2Confirmed: true));

        Assert.Equal("scheduled false true - 0 0 confirmed", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task SetFlag_IsNeverTakenBack()
    {
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set user2_completed_confirmed_by_user1 = true where id = $1", session.Id);

        await session.WriteAsync(fixture.Open(), session.State(SessionStatus.NoShow, EventKind.NoShow));

        Assert.Equal("no_show false true - 0 0 no_show", await session.RowsAsync(fixture));
    }

    [Theory]
    [InlineData("scheduled", "the new ones")]
    [InlineData("completed", "the new ones")]
    [InlineData(null, "")]
    public async Task Notes_AreSet_AndNothingElse(string? status, string notes)
    {
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set status = $2::text, notes = 'old ones' where id = $1", session.Id, status);

        await session.WriteAsync(fixture.Open(), session.State(SessionStatus.Scheduled, EventKind.NotesUpdated, new(session.User1)) with { NewNotes = notes });

        Assert.Equal($"{status ?? "null"} false false - 0 0 notes_updated", await session.RowsAsync(fixture));
        Assert.Equal(notes, await fixture.ScalarAsync<string>("select notes from wingman_sessions where id = $1", session.Id));
    }

    [Fact]
    public async Task Completion_CountsOnce_AndAppendsOneLine()
    {
        var session = await SeededSession.InsertAsync(fixture);

        await session.WriteAsync(fixture.Open(), session.Completed);

        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        Assert.Equal(
            $"completed {session.User2} 2026-03-04 19:30 {StorageFixture.Host} null",
            await fixture.ScalarAsync<string>("""
                select concat_ws(' ', kind, actor, to_char(at at time zone 'utc', 'YYYY-MM-DD HH24:MI'), host, coalesce(detail, 'null'))
                from wingman.events where session_id = $1
                """, session.Id));
        Assert.True(
            await fixture.ScalarAsync<bool>("select (select tx from wingman.events where session_id = $1)::xid = (select xmin from wingman_sessions where id = $1)", session.Id),
            "The line belongs to another transaction than the change.");
    }

    [Theory]
    [InlineData(SessionStatus.Cancelled, EventKind.Cancelled, "cancelled")]
    [InlineData(SessionStatus.NoShow, EventKind.NoShow, "no_show")]
    public async Task OtherEnds_CountNothing_AndAppendOneLine(object status, object kind, string name)
    {
        var session = await SeededSession.InsertAsync(fixture);

        await session.WriteAsync(fixture.Open(), session.State((SessionStatus)status, (EventKind)kind));

        Assert.Equal($"{name} false false - 0 0 {name}", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task Completion_CountsFromNullAsFromZero()
    {
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_matches set user1_reputation = null, user2_reputation = 7 where id = $1", session.Match);

        await session.WriteAsync(fixture.Open(), session.Completed);

        Assert.Equal("completed true true 20:30 1 8 completed", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task SessionsOfOneMatchInABatch_AreEachCounted()
    {
        var tables = fixture.Open(HeldLane.Options);
        var first = await SeededSession.InsertAsync(fixture);
        List<SeededSession> sessions = [first];
        for (var index = 0; index < 4; index++) sessions.Add(await first.InsertAnotherAsync(fixture));
        var neighbour = await SeededSession.InsertAsync(fixture);

        await Task.WhenAll(await HeldLane.GatherAsync(fixture, tables, await sessions.Append(neighbour).PrepareAsync(tables, static s => s.Completed)));

        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal("completed true true 20:30 5 5 completed", rows));
        Assert.Equal(SeededSession.CompletedOnce, await neighbour.RowsAsync(fixture));
    }

    [Fact]
    public async Task SessionsOfOneUserInABatch_AreCountedInEachMatch()
    {
        var tables = fixture.Open(HeldLane.Options);
        var user = Guid.NewGuid();
        SeededSession[] sessions = [.. Enumerable.Range(0, 30).Select(index => index % 2 == 0
            ? new SeededSession(Guid.NewGuid(), Guid.NewGuid(), user, Guid.NewGuid())
            : new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), user))];
        await fixture.InsertUsersAsync([user, .. sessions.Select(session => session.User1 == user ? session.User2 : session.User1)]);
        await SeededSession.InsertRowsAsync(fixture, sessions);

        await Task.WhenAll(await HeldLane.GatherAsync(fixture, tables, await sessions.PrepareAsync(tables, static s => s.Completed)));

        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
        Assert.Equal(new(30, 0), await tables.CountAsync(new(user)));
    }

    [Fact]
    public async Task Batch_IsOneCommit_AndEachRowsVersionIsItsTransaction()
    {
        var tables = fixture.Open(HeldLane.Options);
        var sessions = await SeededSession.InsertAsync(fixture, 40);

        var versions = await Task.WhenAll(await HeldLane.GatherAsync(fixture, tables, await sessions.PrepareAsync(tables, static s => s.Completed)));

        var version = Assert.Single(versions.Distinct());
        Assert.All(await Task.WhenAll(sessions.Select(session => session.XminAsync(fixture))), xmin => Assert.Equal(version.Xmin, xmin));
        Assert.Equal(1, await fixture.ScalarAsync<long>(
            "select count(distinct tx) from wingman.events where session_id = any ($1)", sessions.Select(session => session.Id).ToArray()));
    }

    [Theory]
    [InlineData("status = 'cancelled'", "cancelled false false - 0 0 none")]
    [InlineData("notes = 'later'", SeededSession.Untouched)]
    public async Task StaleVersion_WhicheverColumnChanged_IsAConflictAndChangesNothing(string change, string rows)
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        var stale = await session.VersionAsync(tables);
        await fixture.ExecuteAsync($"update wingman_sessions set {change} where id = $1", session.Id);

        await Assert.ThrowsAsync<InconsistentStateException>(() => session.WriteAsync(tables, stale, session.Completed));

        Assert.Equal(rows, await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task DeletedRow_IsAConflict()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(tables);
        await fixture.ExecuteAsync("delete from wingman_matches where id = $1", session.Match);

        await Assert.ThrowsAsync<InconsistentStateException>(() => session.WriteAsync(tables, version, session.Completed));

        Assert.Null(await tables.ReadAsync(session.Key));
        Assert.Equal(0, await fixture.ScalarAsync<long>("select count(*) from wingman.events where session_id = $1", session.Id));
    }

    [Theory]
    [InlineData("user1_id")]
    [InlineData("user2_id")]
    public async Task MatchOfOtherUsers_IsNotCountedForThem(string changed)
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(tables);
        var stranger = Guid.NewGuid();
        await fixture.InsertUsersAsync(stranger);
        await fixture.ExecuteAsync($"update wingman_matches set {changed} = $2 where id = $1", session.Match, stranger);

        await Assert.ThrowsAsync<InconsistentStateException>(() => session.WriteAsync(tables, version, session.Completed));

        Assert.Equal(SeededSession.Untouched, await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task RowTwiceInTheQueue_GivesTheFirstItsVersionAndTheSecondTheConflict()
    {
        var tables = fixture.Open(HeldLane.Options);
        var sessions = await SeededSession.InsertAsync(fixture, 20);
        var first = await sessions.PrepareAsync(tables, static s => s.Confirmed);
        var second = await sessions.PrepareAsync(tables, static s => s.State(SessionStatus.Cancelled, EventKind.Cancelled));

        var writes = await HeldLane.GatherAsync(fixture, tables, [.. first, .. second]);

        await Task.WhenAll(writes[..20]);
        foreach (var loser in writes[20..]) await Assert.ThrowsAsync<InconsistentStateException>(() => loser);
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal("scheduled true false - 0 0 confirmed", rows));
    }
}
