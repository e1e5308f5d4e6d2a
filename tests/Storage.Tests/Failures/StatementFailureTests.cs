using System.Diagnostics;
using Npgsql;
using Orleans.Storage;
using Wingman.Silo.Schema;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>Statements that no longer exist, are slow, may not be run, or fail only when they commit.</summary>
public sealed class StatementFailureTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task ColumnThatChangedItsType_IsReadAllTheSame()
    {
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await session.WriteAsync(tables, session.Confirmed);
        await tables.FindAsync(session.Key);
        await tables.ReadAsync(new MatchId(session.Match));

        await fixture.ExecuteAsync("""
            alter table wingman_sessions alter column venue_name type text, alter column status type varchar(60), add column weather text;
            alter table wingman_matches alter column status type text;
            """);

        Assert.Equal("somewhere", (await tables.FindAsync(session.Key))!.VenueName);
        Assert.Equal("accepted", (await tables.ReadAsync(new MatchId(session.Match)))!.Value.State.Status);
        await session.WriteAsync(tables, session.Completed);
        Assert.Equal("completed true true 20:30 1 1 confirmed,completed", await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task PreparedStatementThatIsGone_IsPreparedAgain()
    {
        await fixture.ExecuteAsync("""
            create function forget() returns trigger language plpgsql as $$ begin execute 'deallocate all'; return new; end $$;
            create trigger forgets before update on wingman_sessions for each row when (old.notes = 'forget') execute function forget();
            """);
        var tables = fixture.Open(options => options.Lanes = 1);
        var (forgetting, session) = (await SeededSession.InsertAsync(fixture), await SeededSession.InsertAsync(fixture));
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'forget' where id = $1", forgetting.Id);
        await forgetting.WriteAsync(tables, forgetting.Completed);

        await session.WriteAsync(tables, session.Completed);

        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
    }

    [Theory]
    [InlineData("alter table wingman_matches rename to elsewhere", "alter table elsewhere rename to wingman_matches", PostgresErrorCodes.UndefinedTable)]
    [InlineData("revoke update on wingman_sessions from lesser", "grant update on wingman_sessions to lesser", PostgresErrorCodes.InsufficientPrivilege)]
    public async Task MissingTableOrPrivilege_FailsAtOnce_AndIsServedOnceItIsThere(string takeAway, string giveBack, string state)
    {
        await fixture.ExecuteAsync($"""
            do $$ begin if to_regrole('lesser') is null then create role lesser login; end if; end $$;
            {RuntimeGrants.For("lesser")}
            """);
        var tables = fixture.Open(
            options => options.Deadline = TimeSpan.FromSeconds(30),
            connectionString: new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Username = "lesser" }.ConnectionString);
        var session = await SeededSession.InsertAsync(fixture);
        var version = await session.VersionAsync(tables);
        await fixture.ExecuteAsync(takeAway);

        var begun = Stopwatch.GetTimestamp();
        var failed = await Assert.ThrowsAsync<StorageException>(() => session.WriteAsync(tables, version, session.Completed));
        Assert.Equal(StorageFailure.Failed, failed.Failure);
        Assert.Contains(state, failed.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        await fixture.ExecuteAsync(giveBack);
        await session.WriteAsync(tables, version, session.Completed);
        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task SlowBatch_IsNotSplit_AndIsStoredAsOneOnceItIsFast()
    {
        await fixture.ExecuteAsync("""
            create table slowness (is_slow boolean); insert into slowness values (true);
            create sequence attempts;
            create function dawdle() returns trigger language plpgsql as $$
            begin
              if (select is_slow from slowness) then perform nextval('attempts'); perform pg_sleep(5); end if;
              return new;
            end $$;
            create trigger dawdles before update on wingman_sessions for each row when (old.notes = 'slow') execute function dawdle();
            """);
        var tables = fixture.Open(HeldLane.OptionsAnd(static options => options.StatementTimeout = TimeSpan.FromSeconds(1)));
        var sessions = await SeededSession.InsertAsync(fixture, 30);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'slow' where id = $1", sessions[11].Id);
        var writes = await HeldLane.GatherAsync(fixture, tables, await sessions.PrepareAsync(tables, static session => session.Completed));

        await Eventually.IsTrueAsync("the batch was tried twice", async _ => await fixture.ScalarAsync<long>("select last_value from attempts") >= 2);
        Assert.All(writes, static write => Assert.False(write.IsCompleted));
        await fixture.ExecuteAsync("update slowness set is_slow = false");

        Assert.Single((await Task.WhenAll(writes)).Distinct());
    }

    [Fact]
    public async Task CommitThatHangsAfterTheRowsWereReported_IsNotAcknowledgedBeforeItIsOver()
    {
        // The notice makes the server send its buffer, the end of the rows included, before the commit, which then fails.
        await fixture.ExecuteAsync("""
            create function hang() returns trigger language plpgsql as $$
            begin
              if new.notes is distinct from 'hang' then return null; end if;
              raise notice 'about to hang'; perform pg_sleep(4);
              raise exception 'after all not' using errcode = 'check_violation';
            end $$;
            create constraint trigger hangs after update on wingman_sessions deferrable initially deferred for each row execute function hang();
            """);
        var tables = fixture.Open(options => (options.Lanes, options.StatementTimeout, options.Deadline) =
            (1, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)));
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("insert into wingman_sessions (id, match_id, status, notes) values ($1, $2, 'no_show', 'hang')", Guid.NewGuid(), session.Match);
        var hanging = session with { Id = await fixture.ScalarAsync<Guid>("select id from wingman_sessions where match_id = $1 and notes = 'hang'", session.Match) };

        var failed = await Assert.ThrowsAsync<StorageException>(() => hanging.WriteAsync(tables, hanging.Completed));

        Assert.Equal(StorageFailure.Unavailable, failed.Failure);
        Assert.Equal("no_show false false - 0 0 none", await hanging.RowsAsync(fixture));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull)]
    [InlineData(PostgresErrorCodes.OutOfMemory)]
    public async Task ErrorAfterWhichTheDriverGivesTheConnectionUp_IsRetriedAndStored(string state)
    {
        await fixture.ExecuteAsync("""
            drop sequence if exists shortages;
            create sequence shortages;
            create or replace function lack() returns trigger language plpgsql as $$
            begin
              if nextval('shortages') <= 3 then raise exception 'nothing is left' using errcode = old.notes; end if;
              return new;
            end $$;
            drop trigger if exists lacks on wingman_sessions;
            create trigger lacks before update on wingman_sessions for each row when (old.notes ~ '^53') execute function lack();
            """);
        var tables = fixture.Open();
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set notes = $2 where id = $1", session.Id, state);

        await session.WriteAsync(tables, session.Completed);

        Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));
        Assert.Equal(4, await fixture.ScalarAsync<long>("select last_value from shortages"));
    }

    [Fact]
    public async Task ConflictAfterAnAttemptThatWasRolledBack_IsCertainlyWithAnotherWriter()
    {
        await fixture.ExecuteAsync("""
            create table restlessness (is_over boolean); insert into restlessness values (false);
            create sequence rollbacks;
            create function roll_back() returns trigger language plpgsql as $$
            begin
              if (select is_over from restlessness) then return new; end if;
              perform nextval('rollbacks');
              raise exception 'rolled back' using errcode = 'serialization_failure';
            end $$;
            create trigger rolls_back before update on wingman_sessions for each row
              when (old.notes = 'roll back' and new.status = 'completed') execute function roll_back();
            """);
        var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(30));
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'roll back' where id = $1", session.Id);

        var write = session.WriteAsync(tables, session.Completed);
        await Eventually.IsTrueAsync("an attempt was rolled back", _ => fixture.ScalarAsync<bool>("select is_called from rollbacks"));
        await fixture.ExecuteAsync("update wingman_sessions set venue_name = 'elsewhere' where id = $1", session.Id);
        await fixture.ExecuteAsync("update restlessness set is_over = true");

        // Exactly this: of an attempt that was sent and rolled back it is known that nothing is stored.
        await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        Assert.Equal(SeededSession.Untouched, await session.RowsAsync(fixture));
    }

    [Fact]
    public async Task RefusalAfterAnAttemptOfUnknownOutcome_IsAConflict_SinceThatAttemptMayBeStored()
    {
        await fixture.ExecuteAsync("""
            create sequence endings;
            create function end_then_refuse() returns trigger language plpgsql as $$
            begin
              if nextval('endings') = 1 then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if;
              raise exception 'refused' using errcode = 'check_violation';
            end $$;
            create trigger ends_then_refuses before update on wingman_sessions for each row
              when (old.notes = 'end, then refuse') execute function end_then_refuse();
            """);
        var tables = fixture.Open(options => options.Deadline = TimeSpan.FromSeconds(30));
        var session = await SeededSession.InsertAsync(fixture);
        await fixture.ExecuteAsync("update wingman_sessions set notes = 'end, then refuse' where id = $1", session.Id);

        // Only the second attempt was refused. Whether the first one was stored, the writer learns from the row.
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => session.WriteAsync(tables, session.Completed));

        Assert.Equal(2, await fixture.ScalarAsync<long>("select last_value from endings"));
    }

    [Fact]
    public async Task Deadlock_IsRetriedAndStored()
    {
        const string Deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        var before = await fixture.ScalarAsync<long>(Deadlocks);
        var tables = fixture.Open(HeldLane.Options);
        SeededSession[] sessions = [.. (await SeededSession.InsertAsync(fixture, 2)).OrderBy(static session => session.Id)];
        var writes = await sessions.PrepareAsync(tables, static session => session.Completed);

        // The lane has locked the first row and waits for the second; the other writer has locked the second and waits for the first.
        // Its long deadlock_timeout makes the lane, not this writer, detect the deadlock.
        await using var other = await OtherWriter.BeginAsync(fixture, "set local deadlock_timeout = '1h'");
        await other.ExecuteAsync("select from wingman_sessions where id = $1 for update", sessions[1].Id);
        List<Task<RowVersion>> begun;
        await using (await HeldLane.HoldAsync(fixture, tables)) begun = [.. writes.Select(static write => write())];
        await fixture.WaitForLockAsync();
        await other.ExecuteAsync("select from wingman_sessions where id = $1 for update", sessions[0].Id);
        await other.CommitAsync();

        await Task.WhenAll(begun);
        // On a busy machine the lane tries again before the other writer has run, and there is a second one.
        await Eventually.BecomesAsync("the deadlock is counted", _ => fixture.ScalarAsync<long>(Deadlocks), seen => seen > before);
        Assert.All(await Task.WhenAll(sessions.Select(session => session.RowsAsync(fixture))), rows => Assert.Equal(SeededSession.CompletedOnce, rows));
    }
}
