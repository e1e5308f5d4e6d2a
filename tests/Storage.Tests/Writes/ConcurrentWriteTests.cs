using Orleans.Storage;
using Wingman.Sessions;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Writes;

/// <summary>Another transaction is changing the row: our write waits for its end, and then checks the row again.</summary>
public abstract class ConcurrentWriteTests(StorageFixture fixture)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture) : ConcurrentWriteTests(fixture), IClassFixture<FreshFixture>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture) : ConcurrentWriteTests(fixture), IClassFixture<ExistingFixture>;

    [Theory]
    [InlineData("status = 'cancelled'", false, "cancelled false false - 0 0 none")]
    [InlineData("status = 'cancelled'", true, "cancelled false false - 0 0 none")]
    [InlineData("user2_completed_confirmed_by_user1 = true", false, "scheduled false true - 0 0 none")]
    [InlineData("user2_completed_confirmed_by_user1 = true", true, "scheduled false true - 0 0 none")]
    [InlineData("scheduled_time = now()", false, SeededSession.Untouched)]
    [InlineData("scheduled_time = now()", true, SeededSession.Untouched)]
    public async Task ChangeCommittedDuringTheWait_MakesOursAConflict(string change, bool isFirst, string rows)
    {
        await using var waiting = await WaitingWrite.BeginAsync(
            fixture, $"update wingman_sessions set {change} where id = $1", static session => session.Id, session => isFirst ? session.Confirmed : session.Completed);

        await waiting.Other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => waiting.Write);
        Assert.Equal(rows, await waiting.Session.RowsAsync(fixture));
    }

    [Fact]
    public async Task DeletionCommittedDuringTheWait_MakesOursAConflict()
    {
        await using var waiting = await WaitingWrite.BeginAsync(
            fixture, "delete from wingman_matches where id = $1", static session => session.Match, static session => session.Completed);

        await waiting.Other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => waiting.Write);
        Assert.Equal(0, await fixture.ScalarAsync<long>("select count(*) from wingman.events where session_id = $1", waiting.Session.Id));
    }

    [Fact]
    public async Task ChangeRolledBackDuringTheWait_LeavesOursToBeStored()
    {
        await using var waiting = await WaitingWrite.BeginAsync(
            fixture, "update wingman_sessions set status = 'cancelled' where id = $1", static session => session.Id, static session => session.Completed);

        await waiting.Other.DisposeAsync();

        await waiting.Write;
        Assert.Equal(SeededSession.CompletedOnce, await waiting.Session.RowsAsync(fixture));
    }

    [Fact]
    public async Task CounterRaisedDuringTheWait_IsAddedTo()
    {
        await using var waiting = await WaitingWrite.BeginAsync(
            fixture, "update wingman_matches set user1_reputation = 41 where id = $1", static session => session.Match, static session => session.Completed);

        await waiting.Other.CommitAsync();

        await waiting.Write;
        Assert.Equal("completed true true 20:30 42 1 completed", await waiting.Session.RowsAsync(fixture));
    }

    [Fact]
    public async Task TwoHostsOnOneVersion_LetExactlyOneThrough()
    {
        var hosts = new[] { fixture.Open(), fixture.Open() };
        for (var round = 0; round < 5; round++)
        {
            var sessions = await SeededSession.InsertAsync(fixture, 60);
            var writes = await Task.WhenAll(hosts.Select(host => sessions.PrepareAsync(host, static s => s.Completed)));

            var outcomes = await Task.WhenAll(writes.SelectMany(static all => all).Select(WinsAsync));

            Assert.Equal(sessions.Length, outcomes.Count(static won => won));
            Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
        }
    }

    private static async Task<bool> WinsAsync(Func<Task<RowVersion>> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    /// <summary>A write of ours that waits for the end of another transaction.</summary>
    private sealed record WaitingWrite(SeededSession Session, OtherWriter Other, Task<RowVersion> Write) : IAsyncDisposable
    {
        /// <summary>Begins the other transaction with a statement, and then the write.</summary>
        /// <param name="fixture">The database.</param>
        /// <param name="statement">The other's statement, with an id as <c>$1</c>.</param>
        /// <param name="id">The id.</param>
        /// <param name="next">What is written.</param>
        public static async Task<WaitingWrite> BeginAsync(
            StorageFixture fixture, string statement, Func<SeededSession, Guid> id, Func<SeededSession, SessionState> next)
        {
            var tables = fixture.Open(HeldLane.Options);
            var session = await SeededSession.InsertAsync(fixture);
            var version = await session.VersionAsync(tables);
            var other = await OtherWriter.BeginAsync(fixture, statement, id(session));
            var write = session.WriteAsync(tables, version, next(session));
            await fixture.WaitForLockAsync();
            return new(session, other, write);
        }

        public ValueTask DisposeAsync() => Other.DisposeAsync();
    }
}
