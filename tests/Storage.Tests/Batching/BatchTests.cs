using Orleans.Storage;

namespace Wingman.Storage.Tests.Batching;

/// <summary>How writes gather while a commit is in flight, and go out together.</summary>
public sealed class BatchTests(StorageLab lab) : IClassFixture<StorageLab>
{
    [Fact]
    public async Task WritesThatQueueBehindACommit_GoOutInOne()
    {
        const string StateName = "gathered";
        var storage = await lab.OpenAsync(HeldLane.Options);
        List<Task<Cell<Matches.MatchState>>> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
            writes = [.. Enumerable.Range(0, 200).Select(index => TextCell.New(storage, StateName).WriteAsync($"{index}"))];

        await Task.WhenAll(writes);

        Assert.Equal(1, await lab.CommitsAsync(StateName));
    }

    [Fact]
    public async Task ManyWritersAtOnce_EndInFewCommits()
    {
        const string StateName = "many";
        var storage = await lab.OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(index => TextCell.New(storage, StateName).WriteAsync($"{index}")));

        Assert.InRange(await lab.CommitsAsync(StateName), 8, 200);
    }

    [Fact]
    public async Task LoneWrites_WaitForNobody()
    {
        const string StateName = "lone";
        var cell = TextCell.New(await lab.OpenAsync(), StateName);

        for (var version = 1; version <= 20; version++) Assert.Equal($"{version}", (await cell.WriteAsync("alone")).ETag);

        Assert.Equal(1, await lab.CommitsAsync(StateName));
    }

    [Fact]
    public async Task MoreThanMaxBatch_GoesOutInSeveral()
    {
        const string StateName = "bounded";
        var storage = await lab.OpenAsync(options =>
        {
            HeldLane.Options(options);
            options.MaxBatch = 16;
        });
        List<Task<Cell<Matches.MatchState>>> writes;
        await using (await HeldLane.HoldAsync(lab, storage))
            writes = [.. Enumerable.Range(0, 160).Select(index => TextCell.New(storage, StateName).WriteAsync($"{index}"))];
        await Task.WhenAll(writes);

        Assert.Equal(10, await lab.CommitsAsync(StateName));
        Assert.Equal(16, await lab.ScalarAsync<long>(
            "select max(n) from (select count(*) n from orleans.orleansstorage where graintypestring = $1 group by xmin::text) x", StateName));
    }

    [Fact]
    public async Task OneKeyTwiceInTheQueue_GivesTheFirstItsVersionAndTheSecondTheConflict()
    {
        const string StateName = "twice";
        var storage = await lab.OpenAsync(HeldLane.Options);
        var (known, unknown) = (await TextCell.New(storage, StateName).WriteAsync("0"), TextCell.New(storage, StateName));
        var (knownTwin, unknownTwin) = (known.Twin(), unknown.Twin());
        Task[] first, second;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            first = [known.WriteAsync("first"), unknown.WriteAsync("first")];
            second = [knownTwin.WriteAsync("second"), unknownTwin.WriteAsync("second")];
        }

        await Task.WhenAll(first);
        foreach (var loser in second) await Assert.ThrowsAsync<InconsistentStateException>(() => loser);
        Assert.Equal(("first", "2"), ((await known.ReadAsync()).Text(), known.ETag));
        Assert.Equal(("first", "1"), ((await unknown.ReadAsync()).Text(), unknown.ETag));
    }

    [Fact]
    public async Task OneKeyManyTimesInTheQueue_IsServedInOrder()
    {
        const string StateName = "often";
        var storage = await lab.OpenAsync(HeldLane.Options);
        var cells = Enumerable.Range(0, 3).Select(_ => TextCell.New(storage, StateName)).ToList();
        List<(Task Write, bool Wins)> writes = [];
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            for (var turn = 0; turn < 4; turn++)
            {
                foreach (var cell in cells) writes.Add((cell.Twin().WriteAsync($"{turn}"), turn == 0));
            }
        }

        foreach (var (write, wins) in writes)
        {
            if (wins) await write;
            else await Assert.ThrowsAsync<InconsistentStateException>(() => write);
        }

        Assert.All(await Task.WhenAll(cells.Select(cell => cell.ReadAsync())), cell => Assert.Equal(("0", "1"), (cell.Text(), cell.ETag)));
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnceAndServesWhoWaits()
    {
        var storage = await lab.OpenAsync(options =>
        {
            HeldLane.Options(options);
            options.QueueLimit = 10;
        });
        List<Task<Cell<Matches.MatchState>>> waiting;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            waiting = [.. Enumerable.Range(0, 10).Select(_ => TextCell.New(storage).WriteAsync("in"))];
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var refused = TextCell.New(storage).WriteAsync("out");
                Assert.True(refused.IsFaulted, "The write beyond the limit was made to wait.");
                await Assert.ThrowsAsync<StorageOverloadedException>(() => refused);
            }
        }

        await Task.WhenAll(waiting);
        await TextCell.New(storage).WriteAsync("in again");
    }

    [Fact]
    public async Task FullQueue_UnderContention_NeverClaimsToBeStopping()
    {
        var storage = await lab.OpenAsync(options => options.QueueLimit = 1);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => Task.Run(async () =>
        {
            try
            {
                await TextCell.New(storage).WriteAsync("?");
                return null;
            }
            catch (Exception exception)
            {
                return exception.GetType();
            }
        })));

        Assert.Contains(null, outcomes);
        Assert.All(outcomes, outcome => Assert.True(outcome is null || outcome == typeof(StorageOverloadedException), $"{outcome}"));
    }

    [Fact]
    public async Task Stop_ServesAllThatWaited_AndThenTakesNoMore()
    {
        const string StateName = "drained";
        var storage = await lab.OpenAsync(HeldLane.Options);
        List<Task<Cell<Matches.MatchState>>> writes;
        Task stopping;
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            writes = [.. Enumerable.Range(0, 600).Select(index => TextCell.New(storage, StateName).WriteAsync($"{index}"))];
            stopping = storage.StopAsync(CancellationToken.None);
            Assert.False(stopping.IsCompleted);
            await Assert.ThrowsAsync<StorageFailedException>(() => TextCell.New(storage, StateName).WriteAsync("too late"));
            await Assert.ThrowsAsync<StorageFailedException>(() => TextCell.New(storage, StateName).ReadAsync());
        }

        await stopping;

        await Task.WhenAll(writes);
        Assert.Equal(600, await lab.ScalarAsync<long>("select count(*) from orleans.orleansstorage where graintypestring = $1", StateName));
    }

    [Fact]
    public async Task OverlappingBatchesOfTwoStorages_NeverWaitForEachOther()
    {
        // The same keys in opposite order, a pause in the middle of each statement, and no lock timeout to resolve what
        // Postgres then calls a deadlock.
        await lab.ExecuteAsync("""
            create function pause() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
            create trigger pauses before insert on orleans.orleansstorage for each row
              when (new.graintypestring = 'overlapping' and convert_from(new.payloadbinary, 'utf8') like '%pause%') execute function pause();
            """);
        const string Deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        var before = await lab.ScalarAsync<long>(Deadlocks);
        var (one, other) = (await lab.OpenAsync(HeldLane.Options), await lab.OpenAsync(HeldLane.Options));
        var grains = Enumerable.Range(0, 21).Select(index => (Id: TextCell.NewGrain(), Text: index == 10 ? "pause" : "go on")).ToList();
        var (held, heldToo) = (await HeldLane.HoldAsync(lab, one), await HeldLane.HoldAsync(lab, other));
        var writes = grains.Select(grain => WinsAsync(TextCell.Of(one, grain.Id, "overlapping"), grain.Text))
            .Concat(grains.AsEnumerable().Reverse().Select(grain => WinsAsync(TextCell.Of(other, grain.Id, "overlapping"), grain.Text))).ToList();
        await Task.WhenAll(held.DisposeAsync().AsTask(), heldToo.DisposeAsync().AsTask());

        Assert.Equal(grains.Count, (await Task.WhenAll(writes)).Count(won => won));

        // A connection has reported its deadlocks when it is gone.
        await one.DisposeAsync();
        await other.DisposeAsync();
        Assert.Equal(before, await lab.ScalarAsync<long>(Deadlocks));
    }

    private static async Task<bool> WinsAsync(Cell<Matches.MatchState> cell, string text)
    {
        try
        {
            await cell.WriteAsync(text);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
