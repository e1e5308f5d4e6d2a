using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Locks;

/// <summary>A table that a migration has locked, and batches with the same rows.</summary>
public sealed class LockedTableTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Theory]
    [InlineData("wingman_sessions")]
    [InlineData("wingman_matches")]
    [InlineData("wingman.events")]
    public async Task LockedTable_IsWaitedFor(string table)
    {
        var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(20));
        var sessions = await SeededSession.InsertAsync(fixture, 30);
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);
        List<Task<RowVersion>> begun;
        await using (await OtherWriter.BeginAsync(fixture, $"lock table {table} in access exclusive mode"))
        {
            begun = [.. writes.Select(static write => write())];
            await fixture.WaitForLockAsync();
            Assert.All(begun, static write => Assert.False(write.IsCompleted));
        }

        await Task.WhenAll(begun);
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
    }

    [Fact]
    public async Task TableLockedUntilTheDeadline_IsUnavailable_ForWritesAndReads()
    {
        var (tables, patient) = (fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(1)), fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(20)));
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(patient);
        await using (await OtherWriter.BeginAsync(fixture, "lock table wingman_sessions in access exclusive mode"))
        {
            var (write, read) = (session.WriteAsync(tables, version, session.Completed), tables.ReadAsync(session.Key));

            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => read)).Failure);
        }

        // The statement that waited for the table is still under way after its caller has given up.
        await session.CompleteAsync(patient);
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task OverlappingBatchesOfTwoHosts_NeverWaitForEachOtherInACircle()
    {
        // The same rows in opposite order, a pause in the middle of each statement, and no lock timeout that would end a deadlock
        // before Postgres reports it.
        await fixture.ExecuteAsync("""
            create function pause() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
            create trigger pauses before update on wingman_sessions for each row when (old.notes = 'pause') execute function pause();
            create trigger pauses before update on wingman_matches for each row when (old.status = 'pause') execute function pause();
            """);
        const string Deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        var before = await fixture.ScalarAsync<long>(Deadlocks);
        var (one, other) = (fixture.Open(HeldLane.Options), fixture.Open(HeldLane.Options));
        var sessions = await SeededSession.InsertAsync(fixture, 21);
        var second = await Task.WhenAll(sessions.Select(session => session.InsertAnotherAsync(fixture)));
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'pause' where id = $1", sessions[10].Id);
        await fixture.ExecuteAsync("update wingman_matches set status = 'pause' where id = $1", sessions[11].Match);
        // Both hosts write the first sessions; in addition each writes other sessions of the same matches.
        var ours = await sessions.Concat(second[..10]).PrepareAsync(one, static session => session.Completed);
        var theirs = await sessions.Concat(second[10..]).Reverse().PrepareAsync(other, static session => session.Completed);

        var (held, heldToo) = (await HeldLane.HoldAsync(fixture, one), await HeldLane.HoldAsync(fixture, other));
        var writes = ours.Concat(theirs).Select(static write => TryAsync(write())).ToList();
        await Task.WhenAll(held.DisposeAsync().AsTask(), heldToo.DisposeAsync().AsTask());

        Assert.Equal(42, (await Task.WhenAll(writes)).Count(static won => won));
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal("completed true true 20:30 2 2 completed", rows));

        // A connection reports its deadlocks at the latest when it is closed.
        await one.DisposeAsync();
        await other.DisposeAsync();
        Assert.Equal(before, await fixture.ScalarAsync<long>(Deadlocks));
    }

    private static async Task<bool> TryAsync(Task<RowVersion> write)
    {
        try
        {
            await write;
            return true;
        }
        catch (Orleans.Storage.InconsistentStateException)
        {
            return false;
        }
    }
}
