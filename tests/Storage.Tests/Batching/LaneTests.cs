using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Queries;

namespace Wingman.Storage.Tests.Batching;

/// <summary>Which lane takes what waits: the first gathers batches, a further one helps when that is not enough.</summary>
public sealed class LaneTests(StorageLab lab) : IClassFixture<StorageLab>
{
    private static readonly StorageOptions Options = new() { NextLaneAt = 8, MaxBatch = 16 };

    [Fact]
    public async Task FirstLane_TakesALoneRequestAtOnce()
    {
        var queue = QueueOf(1);

        var taking = queue.TakeAsync(0, []);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(40, 16)]
    public async Task FurtherLane_TakesABatchOfItsOwnAtOnce_UpToTheLargest(int waiting, int taken)
    {
        List<ActiveSessionRequest> batch = [];

        var taking = QueueOf(waiting).TakeAsync(1, batch);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
        Assert.Equal(taken, batch.Count);
    }

    [Fact]
    public async Task FurtherLane_TakesALoneRequestAtOnce_WhereTheDatabaseIsFar()
    {
        var queue = QueueOf(1);
        queue.Locate(TimeSpan.FromMilliseconds(2));

        var taking = queue.TakeAsync(1, []);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
    }

    [Fact]
    public async Task FurtherLane_TakesWhatIsLeftLying()
    {
        List<ActiveSessionRequest> batch = [];

        Assert.True(await QueueOf(3).TakeAsync(1, batch));

        Assert.Equal(3, batch.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ClosedQueue_IsServedToItsEnd(int lane)
    {
        var queue = QueueOf(1);
        queue.Close();

        Assert.True(await queue.TakeAsync(lane, []));
        Assert.False(await queue.TakeAsync(lane, []));
    }

    [Fact]
    public async Task WritesBehindALaneThatIsHeldUp_PassByTheNext()
    {
        var storage = await lab.OpenAsync(options =>
        {
            HeldLane.Options(options);
            options.Lanes = 2;
        });
        await using (await HeldLane.HoldAsync(lab, storage))
        {
            // Neither is anything like enough for a batch of its own.
            await TextCell.New(storage).WriteAsync("passes");
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TextCell.New(storage).WriteAsync("passes")));
        }
    }

    private static BatchQueue<ActiveSessionRequest, bool> QueueOf(int waiting)
    {
        var queue = new BatchQueue<ActiveSessionRequest, bool>("looks", Options);
        for (var i = 0; i < waiting; i++) _ = queue.EnqueueAsync(new(new(Guid.NewGuid()), TimeSpan.FromSeconds(4)));
        return queue;
    }
}
