using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Batching;

/// <summary>Which lane takes waiting requests: the first gathers batches, and a further one helps when the first is not enough.</summary>
public sealed class BatchQueueTests
{
    private static readonly StorageMetrics Metrics = new(new OwnMeters());
    private static readonly StorageOptions Options = new() { NextLaneAt = 8, MaxBatch = 16 };

    [Fact]
    public async Task FirstLane_TakesALoneRequestAtOnce()
    {
        var taking = QueueOf(1).TakeAsync(0, [], []);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(40, 16)]
    public async Task FurtherLane_TakesABatchOfItsOwnAtOnce_UpToTheLargest(int waiting, int taken)
    {
        List<Request> batch = [];

        var taking = QueueOf(waiting).TakeAsync(1, batch, []);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
        Assert.Equal(taken, batch.Count);
    }

    [Fact]
    public async Task FurtherLane_TakesALoneRequestAtOnce_WhereTheDatabaseIsFar()
    {
        var queue = QueueOf(1);
        queue.SetRoundTrip(TimeSpan.FromMilliseconds(2));

        var taking = queue.TakeAsync(1, [], []);

        Assert.True(taking.IsCompleted);
        Assert.True(await taking);
    }

    [Fact]
    public async Task FurtherLane_TakesWhatIsLeftLying()
    {
        List<Request> batch = [];

        Assert.True(await QueueOf(3).TakeAsync(1, batch, []));

        Assert.Equal(3, batch.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ClosedQueue_IsServedToItsEnd_AndTakesNoMore(int lane)
    {
        var queue = QueueOf(1);
        queue.Close();

        var late = await Assert.ThrowsAsync<StorageException>(() => queue.EnqueueAsync(new()));
        Assert.Equal(StorageFailure.Unavailable, late.Failure);
        Assert.True(await queue.TakeAsync(lane, [], []));
        Assert.False(await queue.TakeAsync(lane, [], []));
    }

    [Fact]
    public async Task RowThatIsInTheBatch_IsHeldForTheNext_InItsOrder()
    {
        var (row, other) = (Guid.NewGuid(), Guid.NewGuid());
        Request[] requests = [new(row), new(row), new(other), new(row), new(other)];
        var queue = QueueOf(0);
        foreach (var request in requests) _ = queue.EnqueueAsync(request);
        List<Request> batch = [], held = [];

        Assert.True(await queue.TakeAsync(0, batch, held));
        Assert.Equal([requests[0], requests[2]], batch);
        Assert.Equal([requests[1], requests[3], requests[4]], held);

        Assert.True(await queue.TakeAsync(0, batch, held));
        Assert.Equal([requests[1], requests[4]], batch);

        Assert.True(await queue.TakeAsync(0, batch, held));
        Assert.Equal([requests[3]], batch);
        Assert.Empty(held);
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnce()
    {
        var queue = new BatchQueue<Request, int>("requests", new() { QueueLimit = 3 }, Metrics);
        for (var i = 0; i < 3; i++) _ = queue.EnqueueAsync(new());

        var refused = await Assert.ThrowsAsync<StorageException>(() => queue.EnqueueAsync(new()));

        Assert.Equal(StorageFailure.Overloaded, refused.Failure);
        Assert.True(await queue.TakeAsync(0, [], []));
        _ = queue.EnqueueAsync(new());
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task FullQueue_CountsWhatItRefuses()
    {
        using var meters = new CountingMeters();
        var queue = new BatchQueue<Request, int>("requests", new() { QueueLimit = 1 }, new(meters));
        _ = queue.EnqueueAsync(new());

        await Assert.ThrowsAsync<StorageException>(() => queue.EnqueueAsync(new()));
        await Assert.ThrowsAsync<StorageException>(() => queue.EnqueueAsync(new()));

        Assert.Equal(2, meters.Sum("wingman.storage.refused"));
    }

    [Fact]
    public void RequestThatFails_IsCountedOnce()
    {
        using var meters = new CountingMeters();
        var queue = new BatchQueue<Request, int>("requests", Options, new(meters));
        Request failing = new(), served = new();
        _ = queue.EnqueueAsync(failing);
        _ = queue.EnqueueAsync(served);

        failing.TimeOut();
        failing.Fail(StorageFailure.Failed, "for another reason");
        served.TrySetResult(1);
        served.TimeOut();

        Assert.Equal(1, meters.Sum("wingman.storage.failures"));
    }

    /// <summary>The code that continues after an answer is a grain's. On the lane's thread it would delay the lane's next batch.</summary>
    [Fact]
    public void Request_LetsNothingContinueOnTheThreadThatAnswersIt() =>
        Assert.True(new Request().Task.CreationOptions.HasFlag(TaskCreationOptions.RunContinuationsAsynchronously));

    private static BatchQueue<Request, int> QueueOf(int waiting)
    {
        var queue = new BatchQueue<Request, int>("requests", Options, Metrics);
        for (var i = 0; i < waiting; i++) _ = queue.EnqueueAsync(new());
        return queue;
    }

    private sealed class Request(Guid? row = null) : BatchRequest<int>(TimeSpan.FromSeconds(4))
    {
        public override string Subject => "A request";

        public override Guid? Row => row;
    }
}
