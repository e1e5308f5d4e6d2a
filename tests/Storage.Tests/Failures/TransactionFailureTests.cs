using Npgsql;
using Wingman.Silo.Storage;

namespace Wingman.Storage.Tests.Failures;

/// <summary>Statements that fail, wait, or fail only when they commit.</summary>
public sealed class TransactionFailureTests(StorageLab lab) : IClassFixture<StorageLab>
{
    [Fact]
    public async Task Deadlock_WithAnOutsideTransaction_EndsStored()
    {
        await lab.ExecuteAsync("do $$ begin execute format('alter database %I set deadlock_timeout = ''100ms''', current_database()); end $$");
        var storage = await lab.OpenAsync(HeldLane.Options);
        var cells = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => TextCell.New(storage, "deadlock").WriteAsync("old")));

        // Whichever row the lane takes first, the outside transaction holds the other and then wants that one.
        for (var round = 0; round < 2; round++)
        {
            await using var outside = await lab.LockRowAsync(cells[round].Grain, "deadlock");
            List<Task<Cell<Matches.MatchState>>> writes;
            await using (await HeldLane.HoldAsync(lab, storage)) writes = [.. cells.Select(cell => cell.WriteAsync("new"))];
            await lab.SomebodyWaitsForALockAsync();
            await using var command = new NpgsqlCommand(
                "select count(*) from (select 1 from orleans.orleansstorage where graintypestring = 'deadlock' for update) x", outside);
            try
            {
                await command.ExecuteScalarAsync();
            }
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // Postgres chose the outside transaction for its victim.
            }

            await outside.CloseAsync();
            await Task.WhenAll(writes);
        }

        Assert.All(cells, cell => Assert.Equal("3", cell.ETag));
    }

    [Fact]
    public async Task CommitThatHangsAfterTheRowsWereReported_IsNotAcknowledgedBeforeItIsOver()
    {
        // The notice makes the server send what it has, the rows' end included, before the transaction is committed; and it
        // never will be.
        await lab.ExecuteAsync("""
            create function hang() returns trigger language plpgsql as $$
            begin
              if new.graintypestring <> 'hangs' then return null; end if;
              raise notice 'about to hang'; perform pg_sleep(4);
              raise exception 'after all not' using errcode = 'check_violation';
            end $$;
            create constraint trigger hangs after insert on orleans.orleansstorage deferrable initially deferred for each row execute function hang();
            """);
        var storage = await lab.OpenAsync(options => (options.Lanes, options.StatementTimeout, options.Deadline) =
            (1, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)));
        var cell = TextCell.New(storage, "hangs");

        await Assert.ThrowsAsync<StorageFailedException>(() => cell.WriteAsync("never"));

        await lab.ExecuteAsync("drop trigger hangs on orleans.orleansstorage");
        Assert.False((await cell.ReadAsync()).Exists);
    }

    [Fact]
    public async Task TableThatIsNotThereYet_FailsWrites_AndServesThemOnceItIs()
    {
        await lab.ExecuteAsync("alter table orleans.orleansstorage rename to elsewhere");
        var storage = await lab.OpenAsync(options =>
            (options.Lanes, options.ReadLanes, options.Deadline) = (1, 1, TimeSpan.FromSeconds(0.5)));
        var cell = TextCell.New(storage);
        await Assert.ThrowsAsync<StorageFailedException>(() => cell.WriteAsync("too early"));
        await Assert.ThrowsAsync<StorageFailedException>(() => cell.ReadAsync());

        await lab.ExecuteAsync("alter table orleans.elsewhere rename to orleansstorage");

        await cell.WriteAsync("in time");
        Assert.Equal("in time", (await cell.ReadAsync()).Text());
    }
}
