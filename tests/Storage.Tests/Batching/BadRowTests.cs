using Orleans.Runtime;
using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;

namespace Wingman.Storage.Tests.Batching;

/// <summary>One row that cannot pass never fails its neighbours in the batch.</summary>
public sealed class BadRowTests(StorageLab lab) : IClassFixture<StorageLab>, IAsyncLifetime
{
    private const int Neighbours = 60;

    /// <summary>Makes the database misbehave for the sessions whose notes say how.</summary>
    public Task InitializeAsync() => lab.ExecuteAsync("""
        create or replace function misbehave() returns trigger language plpgsql as $$
        begin
          if old.notes = 'refuse' then raise exception 'refused' using errcode = 'check_violation'; end if;
          if old.notes = 'unique' then raise exception 'refused' using errcode = 'unique_violation'; end if;
          if old.notes = 'kill' then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if;
          if old.notes = 'slow' then perform pg_sleep(5); end if;
          return new;
        end $$;
        create or replace function misbehave_late() returns trigger language plpgsql as $$
        begin
          if old.notes = 'refuse at commit' then raise exception 'refused' using errcode = 'check_violation'; end if;
          return null;
        end $$;
        drop trigger if exists misbehaves on wingman_sessions;
        drop trigger if exists misbehaves_late on wingman_sessions;
        create trigger misbehaves before update on wingman_sessions for each row execute function misbehave();
        create constraint trigger misbehaves_late after update on wingman_sessions deferrable initially deferred
          for each row execute function misbehave_late();
        """);

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("refuse", typeof(StorageRefusedException))]
    [InlineData("unique", typeof(StorageRefusedException))]
    [InlineData("refuse at commit", typeof(StorageRefusedException))]
    [InlineData("slow", typeof(StorageFailedException))]
    [InlineData("kill", typeof(StorageFailedException))]
    public async Task SessionsThatTheDatabaseRejects_FailAlone(string notes, Type expected)
    {
        var storage = await lab.OpenAsync(options =>
        {
            HeldLane.Options(options);
            (options.StatementTimeout, options.Deadline) = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(8));
        });
        var sessions = await SeededSession.InsertAsync(lab, Neighbours);
        SeededSession[] bad = [sessions[7], sessions[40]];
        await lab.ExecuteAsync("update wingman_sessions set notes = $1 where id = any($2)", notes, bad.Select(s => s.Id).ToArray());
        if (notes == "slow") storage = await lab.OpenAsync(options => (options.Lanes, options.StatementTimeout) = (1, TimeSpan.FromMilliseconds(200)));

        var writes = sessions.Select(session => (session, Write: session.Cell(storage).WriteAsync(session.Completed))).ToList();

        foreach (var (session, write) in writes)
        {
            if (bad.Contains(session))
            {
                Assert.IsType(expected, await Record.ExceptionAsync(() => write));
                Assert.Equal("scheduled f f - 0 0 none", await session.RowsAsync(lab));
                Assert.False((await session.Cell(storage).ReadAsync()).Exists);
            }
            else
            {
                Assert.Equal("1", (await write).ETag);
                Assert.Equal("completed t t 20:30 1 1 1:completed,2:completed", await session.RowsAsync(lab));
            }
        }
    }

    [Fact]
    public async Task KeyWithANullByte_IsRefusedAlone()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var bad = TextCell.Of(storage, GrainId.Create("test", $"a\0b{Guid.NewGuid()}"));
        var good = Enumerable.Range(0, Neighbours).Select(_ => TextCell.New(storage)).ToList();
        Task refused;
        List<Task> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            refused = bad.WriteAsync("never");
            writes = [.. good.Select(cell => cell.WriteAsync("stored"))];
        }

        await Task.WhenAll(writes);
        await Assert.ThrowsAsync<StorageRefusedException>(() => refused);

        var reads = good.Select(cell => TextCell.Of(storage, cell.Grain).ReadAsync()).ToList();
        await Assert.ThrowsAsync<StorageFailedException>(() => bad.ReadAsync());
        Assert.All(await Task.WhenAll(reads), cell => Assert.Equal("stored", cell.Text()));
    }

    [Fact]
    public async Task ReadsBesideAKeyWithANullByte_AreAnswered()
    {
        var storage = await lab.OpenAsync(options => options.ReadLanes = 1);
        var good = await Task.WhenAll(Enumerable.Range(0, Neighbours).Select(_ => TextCell.New(storage).WriteAsync("stored")));

        for (var round = 0; round < 5; round++)
        {
            var bad = TextCell.Of(storage, GrainId.Create("test", $"a\0b{Guid.NewGuid()}")).ReadAsync();
            var reads = good.Select(cell => TextCell.Of(storage, cell.Grain).ReadAsync()).ToList();
            Assert.All(await Task.WhenAll(reads), cell => Assert.Equal("stored", cell.Text()));
            await Assert.ThrowsAsync<StorageFailedException>(() => bad);
        }
    }

    [Fact]
    public async Task StateThatItsMappingCannotTell_IsRefusedAlone()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var states = Enumerable.Range(0, Neighbours)
            .Select(_ => new MatchState { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), Status = MatchStatus.Accepted }).ToList();
        Task refused;
        List<Task> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            writes = [.. states.Select(state => NewMatch().WriteAsync(state))];
            refused = NewMatch().WriteAsync((MatchState)null!);
        }

        await Task.WhenAll(writes);
        await Assert.ThrowsAsync<StorageRefusedException>(() => refused);

        Cell<MatchState> NewMatch() => new(storage, TextCell.NewGrain(), "match");
    }

    [Fact]
    public async Task SessionOfAMatchThatIsNotThere_IsRefusedAlone()
    {
        var storage = await lab.OpenAsync(HeldLane.Options);
        var scheduled = new ScheduledSession { Id = new(Guid.NewGuid()), VenueName = new string('v', 201), ScheduledAt = SeededSession.Then, CreatedAt = SeededSession.Then };
        var good = (await SeededSession.InsertAsync(lab, Neighbours)).Select(session => (session, Cell: session.Cell(storage))).ToList();
        Task refused;
        List<Task> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            refused = new Cell<MatchState>(storage, TextCell.NewGrain(), "match").WriteAsync(
                new MatchState { User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), Status = MatchStatus.Accepted, LastScheduled = scheduled });
            writes = [.. good.Select(pair => pair.Cell.WriteAsync(pair.session.State(SessionStatus.Scheduled, user1Confirmed: true)))];
        }

        await Task.WhenAll(writes);
        await Assert.ThrowsAsync<StorageRefusedException>(() => refused);
        Assert.Equal(0, await lab.ScalarAsync<long>("select count(*) from wingman_sessions where id = $1", scheduled.Id.Value));
    }

    [Fact]
    public async Task RowHeldByAnotherTransaction_HoldsUpNobodyElse()
    {
        const string StateName = "locked";
        var storage = await lab.OpenAsync(options => (options.Lanes, options.LockTimeout) = (1, TimeSpan.FromMilliseconds(50)));
        var cells = await Task.WhenAll(Enumerable.Range(0, Neighbours).Select(_ => TextCell.New(storage, StateName).WriteAsync("old")));
        var locked = cells[^1];
        await using (await lab.LockRowAsync(locked.Grain, StateName))
        {
            var stuck = locked.WriteAsync("new");
            await Task.WhenAll(cells[..^1].Select(cell => cell.WriteAsync("new")));
            await Assert.ThrowsAsync<StorageFailedException>(() => stuck);
        }

        Assert.Equal(("old", "1"), ((await locked.ReadAsync()).Text(), locked.ETag));
        await locked.WriteAsync("new");
        Assert.Equal("2", locked.ETag);
    }
}
