using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Rows;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Locks;

/// <summary>A write whose row is locked waits outside the lanes. It fails at its deadline, even if no lane can take it meanwhile.</summary>
public sealed class StuckLaneTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task LockedWrite_ThatWaitsBehindOthersForAStuckLane_FailsAtItsDeadline()
    {
        await fixture.ExecuteAsync("""
            create table slowness (is_slow boolean); insert into slowness values (true);
            create function dawdle() returns trigger language plpgsql as $$
            begin
              while (select is_slow from slowness) loop perform pg_sleep(0.05); end loop;
              return new;
            end $$;
            create trigger dawdles before update on wingman_sessions for each row when (old.notes = 'slow') execute function dawdle();
            """);
        var sessions = await SeededSession.InsertAsync(fixture, 3);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'slow' where id = $1", sessions[1].Id);
        var tables = fixture.Open();
        var versions = await Task.WhenAll(sessions.Select(session => session.VersionAsync(tables)));
        await using var writes = new OneLane(fixture);
        await using var holder = await OtherWriter.LockAsync(fixture, sessions[0]);
        var locked = Request(0, TimeSpan.FromSeconds(3));

        var waiting = writes.Lanes.SubmitAsync(locked);
        await Eventually.IsTrueAsync("it was found locked several times", _ => Task.FromResult(locked.TimesLocked > 5));
        // At this moment it almost certainly pauses, and is then put back into the queue behind these two.
        var stuck = writes.Lanes.SubmitAsync(Request(1, Long));
        var younger = writes.Lanes.SubmitAsync(Request(2, Long));

        var failed = await Assert.ThrowsAsync<StorageException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(StorageFailure.Unavailable, failed.Failure);
        Assert.False(stuck.IsCompleted || younger.IsCompleted);

        await fixture.ExecuteAsync("update slowness set is_slow = false");
        await Task.WhenAll(stuck, younger);

        SessionWriteRequest Request(int index, TimeSpan timeout) => new(sessions[index].Key, versions[index], sessions[index].Completed, timeout);
    }

    /// <summary>A queue of writes with one lane, which sends them one at a time, and a watchdog.</summary>
    private sealed class OneLane : IAsyncDisposable
    {
        private readonly Npgsql.NpgsqlDataSource _database;
        private readonly StorageWatchdog _watchdog;

        public OneLane(StorageFixture fixture)
        {
            var options = new StorageOptions { MaxBatch = 1, StatementTimeout = Long };
            _database = LaneConnection.CreateDataSource(fixture.ConnectionString, options);
            var reachability = new Reachability(options.Deadline, TimeProvider.System);
            Lanes = new("writes", 1, options, new(new OwnMeters()), reachability, (number, queue) => new WriteLane<SessionWriteRequest>(
                number, queue, new(_database, new(), reachability, options), new SessionWrite(StorageFixture.Host, false), new SessionWrite(StorageFixture.Host, true),
                new(), NullLogger.Instance));
            _watchdog = new([Lanes], connections: 1);
        }

        public BatchedLanes<SessionWriteRequest, RowVersion> Lanes { get; }

        public async ValueTask DisposeAsync()
        {
            await Lanes.DisposeAsync();
            await _watchdog.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
