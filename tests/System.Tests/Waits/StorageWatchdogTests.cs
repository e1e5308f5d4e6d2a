using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Testing;

namespace Wingman.SystemTests.Waits;

/// <summary>A stuck lane does not delay a caller beyond the deadline, and the process keeps running.</summary>
[Collection(RealThreadsCollection.Name)]
public sealed class StorageWatchdogTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task RequestsOfAStuckLane_FailAtTheirDeadline_InFlightOrWaiting()
    {
        await using var stuck = await StuckLanes.StartAsync();
        await using var watchdog = new StorageWatchdog([stuck.Lanes], connections: 1);

        var inFlight = stuck.Lanes.SubmitAsync(new(Deadline));
        await Eventually.IsTrueAsync("the lane has taken it", _ => Task.FromResult(stuck.Lane.BatchDuration > TimeSpan.Zero));
        var waiting = stuck.Lanes.SubmitAsync(new(Deadline));

        foreach (var request in new[] { inFlight, waiting })
        {
            var failure = await Assert.ThrowsAsync<StorageException>(() => request.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(StorageFailure.Unavailable, failure.Failure);
        }
    }

    [Fact]
    public async Task RequestThatIsNotOverdue_GoesOnWaiting_BehindOneThatIs()
    {
        await using var stuck = await StuckLanes.StartAsync();
        await using var watchdog = new StorageWatchdog([stuck.Lanes], connections: 1);
        var inFlight = stuck.Lanes.SubmitAsync(new(TimeSpan.FromMinutes(1)));
        await Eventually.IsTrueAsync("the lane has taken it", _ => Task.FromResult(stuck.Lane.BatchDuration > TimeSpan.Zero));

        var overdue = stuck.Lanes.SubmitAsync(new(TimeSpan.Zero));
        var patient = stuck.Lanes.SubmitAsync(new(TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<StorageException>(() => overdue.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(patient.IsCompleted);

        stuck.Lane.Release();
        Assert.Equal(1, await inFlight.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(1, await patient.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task RequestThatALaneHoldsBackForItsRow_FailsAtItsDeadlineToo()
    {
        await using var stuck = await StuckLanes.StartAsync();
        await using var watchdog = new StorageWatchdog([stuck.Lanes], connections: 1);
        var row = Guid.NewGuid();
        var first = stuck.Lanes.SubmitAsync(new(TimeSpan.FromMinutes(1)));
        await Eventually.IsTrueAsync("the lane has taken it", _ => Task.FromResult(stuck.Lane.BatchDuration > TimeSpan.Zero));
        var inFlight = stuck.Lanes.SubmitAsync(new(TimeSpan.FromMinutes(1), row));
        var heldBack = stuck.Lanes.SubmitAsync(new(Deadline, row));

        stuck.Lane.ReleaseFirst();
        await first.WaitAsync(TimeSpan.FromSeconds(10));

        var failure = await Assert.ThrowsAsync<StorageException>(() => heldBack.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(StorageFailure.Unavailable, failure.Failure);
        Assert.False(inFlight.IsCompleted);
    }

    [Fact]
    public async Task WhileALaneTakesSuspiciouslyLong_ThePoolMayGrowAtOnce_AndNoLonger()
    {
        const int Connections = 7;
        ThreadPool.GetMinThreads(out var before, out _);
        await using var stuck = await StuckLanes.StartAsync();
        await using var watchdog = new StorageWatchdog([stuck.Lanes], Connections);

        var request = stuck.Lanes.SubmitAsync(new(TimeSpan.FromMinutes(1)));
        await Eventually.BecomesAsync("the pool may grow", _ => Task.FromResult(MinThreads()), min => min == before + Connections);

        stuck.Lane.Release();
        await request;
        await Eventually.BecomesAsync("it may no more", _ => Task.FromResult(MinThreads()), min => min == before);

        static int MinThreads()
        {
            ThreadPool.GetMinThreads(out var threads, out _);
            return threads;
        }
    }

    private sealed class StuckRequest(TimeSpan timeout, Guid? row = null) : BatchRequest<int>(timeout)
    {
        public override string Subject => "A request";

        public override Guid? Row => row;
    }

    private sealed class StuckLane(int number, BatchQueue<StuckRequest, int> queue, LaneConnection connection)
        : Lane<StuckRequest, int>(number, queue, connection, NullLogger.Instance)
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _firstReleased = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _batches;

        public void Release() => _released.TrySetResult();

        /// <summary>Lets the lane go on with its second batch.</summary>
        public void ReleaseFirst() => _firstReleased.TrySetResult();

        protected override async Task ExecuteAsync(List<StuckRequest> batch)
        {
            await (++_batches == 1 ? Task.WhenAny(_firstReleased.Task, _released.Task) : _released.Task);
            foreach (var request in batch) request.TrySetResult(1);
        }

        protected override void Refuse(StuckRequest request, Exception exception) => request.Fail(StorageFailure.Refused, exception.Message);
    }

    /// <summary>A queue with one lane, which does nothing until it is released.</summary>
    private sealed class StuckLanes : IAsyncDisposable
    {
        private readonly Npgsql.NpgsqlDataSource _database;

        private StuckLanes(string connectionString)
        {
            var options = new StorageOptions();
            StuckLane? lane = null;
            _database = LaneConnection.CreateDataSource(connectionString, options);
            var reachability = new Reachability(options.Deadline, TimeProvider.System);
            Lanes = new(
                "requests", 1, options, new(new OwnMeters()), reachability,
                (number, queue) => lane = new(number, queue, new(_database, new(), reachability, options)));
            Lane = lane!;
        }

        public BatchedLanes<StuckRequest, int> Lanes { get; }

        public StuckLane Lane { get; }

        public static async Task<StuckLanes> StartAsync() => new(await TestPostgres.CreateDatabaseAsync());

        public async ValueTask DisposeAsync()
        {
            Lane.Release();
            await Lanes.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}

/// <summary>Tests of the process's own pool of threads run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealThreadsCollection
{
    public const string Name = "real threads";
}
