using Orleans.Storage;
using Wingman.Silo.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Labs;

namespace Wingman.Storage.Tests.Writes;

/// <summary>Another transaction is changing the row: our write waits for its end, and then checks the row again.</summary>
public abstract class ConcurrentWriteTests(StorageLab lab)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshLab lab) : ConcurrentWriteTests(lab), IClassFixture<FreshLab>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingLab lab) : ConcurrentWriteTests(lab), IClassFixture<ExistingLab>;

    [Theory]
    [InlineData("status = 'cancelled'", false, "cancelled false false - 0 0 none")]
    [InlineData("status = 'cancelled'", true, "cancelled false false - 0 0 none")]
    [InlineData("user2_completed_confirmed_by_user1 = true", false, "scheduled false true - 0 0 none")]
    [InlineData("user2_completed_confirmed_by_user1 = true", true, "scheduled false true - 0 0 none")]
    [InlineData("scheduled_time = now()", false, SeededSession.Untouched)]
    [InlineData("scheduled_time = now()", true, SeededSession.Untouched)]
    public async Task ChangeCommittedDuringTheWait_MakesOursAConflict(string change, bool isFirst, string rows)
    {
        var tables = lab.Open(HeldLane.Options);
        var session = await SeededSession.InsertAsync(lab);
        var version = await session.VersionAsync(tables);
        await using var other = await OtherWriter.BeginAsync(lab, $"update wingman_sessions set {change} where id = $1", session.Id);
        var write = session.WriteAsync(tables, version, isFirst ? session.Confirmed : session.Completed);
        await lab.WaitForLockAsync();

        await other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        Assert.Equal(rows, await session.RowsAsync(lab));
    }

    [Fact]
    public async Task DeletionCommittedDuringTheWait_MakesOursAConflict()
    {
        var tables = lab.Open(HeldLane.Options);
        var session = await SeededSession.InsertAsync(lab);
        var version = await session.VersionAsync(tables);
        await using var other = await OtherWriter.BeginAsync(lab, "delete from wingman_matches where id = $1", session.Match);
        var write = session.WriteAsync(tables, version, session.Completed);
        await lab.WaitForLockAsync();

        await other.CommitAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        Assert.Equal(0, await lab.ScalarAsync<long>("select count(*) from wingman.events where session_id = $1", session.Id));
    }

    [Fact]
    public async Task ChangeRolledBackDuringTheWait_LeavesOursToBeStored()
    {
        var tables = lab.Open(HeldLane.Options);
        var session = await SeededSession.InsertAsync(lab);
        var version = await session.VersionAsync(tables);
        var other = await OtherWriter.BeginAsync(lab, "update wingman_sessions set status = 'cancelled' where id = $1", session.Id);
        var write = session.WriteAsync(tables, version, session.Completed);
        await lab.WaitForLockAsync();

        await other.DisposeAsync();

        await write;
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(lab));
    }

    [Fact]
    public async Task CounterRaisedDuringTheWait_IsAddedTo()
    {
        var tables = lab.Open(HeldLane.Options);
        var session = await SeededSession.InsertAsync(lab);
        var version = await session.VersionAsync(tables);
        await using var other = await OtherWriter.BeginAsync(lab, "update wingman_matches set user1_reputation = 41 where id = $1", session.Match);
        var write = session.WriteAsync(tables, version, session.Completed);
        await lab.WaitForLockAsync();

        await other.CommitAsync();

        await write;
        Assert.Equal("completed true true 20:30 42 1 completed", await session.RowsAsync(lab));
    }

    [Fact]
    public async Task TwoHostsOnOneVersion_LetExactlyOneThrough()
    {
        var hosts = new[] { lab.Open(), lab.Open() };
        for (var round = 0; round < 5; round++)
        {
            var sessions = await SeededSession.InsertAsync(lab, 60);
            var writes = await Task.WhenAll(hosts.Select(host => sessions.PrepareAsync(host, static s => s.Completed)));

            var outcomes = await Task.WhenAll(writes.SelectMany(static all => all).Select(WinsAsync));

            Assert.Equal(sessions.Length, outcomes.Count(static won => won));
            Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(lab))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
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
}
