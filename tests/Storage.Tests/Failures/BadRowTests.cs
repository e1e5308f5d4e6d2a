using Orleans.Storage;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Failures;

/// <summary>One row that cannot be written never fails the others in its batch.</summary>
public sealed class BadRowTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    private const int Count = 60;

    /// <summary>Makes the database fail for the sessions whose notes name the failure.</summary>
    public Task InitializeAsync() => fixture.ExecuteAsync("""
        create or replace function misbehave() returns trigger language plpgsql as $$
        begin
          if old.notes ~ '^[0-9A-Z]{5}$' then raise exception 'refused' using errcode = old.notes; end if;
          if old.notes = 'no table' then perform 1 from a_table_that_is_missing; end if;
          if old.notes = 'kill' then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if;
          return new;
        end $$;
        create or replace function misbehave_late() returns trigger language plpgsql as $$
        begin
          if old.notes = 'refuse at commit' then raise exception 'refused' using errcode = 'check_violation'; end if;
          return null;
        end $$;
        drop trigger if exists misbehaves on wingman_sessions;
        drop trigger if exists misbehaves_late on wingman_sessions;
        create trigger misbehaves before update on wingman_sessions for each row when (old.notes is not null) execute function misbehave();
        create constraint trigger misbehaves_late after update on wingman_sessions deferrable initially deferred
          for each row execute function misbehave_late();
        """);

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("23514", StorageFailure.Refused)]
    [InlineData("22003", StorageFailure.Refused)]
    [InlineData("refuse at commit", StorageFailure.Refused)]
    [InlineData("P0001", StorageFailure.Failed)]
    [InlineData("XX001", StorageFailure.Failed)]
    [InlineData("no table", StorageFailure.Failed)]
    [InlineData("kill", StorageFailure.Unavailable)]
    public async Task RowThatTheDatabaseRejects_FailsAlone(string notes, StorageFailure expected)
    {
        var (sessions, bad, writes) = await GatherAsync(notes);

        foreach (var (session, write) in sessions.Zip(writes))
        {
            if (bad.Contains(session))
            {
                Assert.Equal(expected, (await Assert.ThrowsAsync<StorageException>(() => write)).Failure);
                Assert.Equal(SeededSession.Untouched, await session.RowsAsync(fixture));
            }
            else
            {
                await write;
                Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
            }
        }
    }

    [Fact]
    public async Task UniqueIndex_MeansThatAnotherWriterWasFirst()
    {
        var (sessions, bad, writes) = await GatherAsync("23505");

        foreach (var (session, write) in sessions.Zip(writes))
        {
            if (bad.Contains(session)) await Assert.ThrowsAsync<InconsistentStateException>(() => write);
            else await write;
        }
    }

    private async Task<(SeededSession[] Sessions, SeededSession[] Bad, List<Task<RowVersion>> Writes)> GatherAsync(string notes)
    {
        var tables = fixture.Open(HeldLane.OptionsAnd(static options => options.Deadline = TimeSpan.FromSeconds(20)));
        var sessions = await SeededSession.InsertAsync(fixture, Count);
        SeededSession[] bad = [sessions[7], sessions[40]];
        await fixture.ExecuteAsync("update wingman_sessions set notes = $1 where id = any ($2)", notes, bad.Select(session => session.Id).ToArray());
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);
        return (sessions, bad, await HeldLane.GatherAsync(fixture, tables, writes));
    }
}
