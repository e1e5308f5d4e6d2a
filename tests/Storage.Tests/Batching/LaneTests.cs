using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Batching;

/// <summary>What a lane does with the requests of a batch whose attempts fail. The connections are real, the failures are the tests'.</summary>
public sealed class LaneTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    private static readonly StorageMetrics Metrics = new(new OwnMeters());

    [Fact]
    public async Task RequestWhoseTimeIsUp_IsNotSent()
    {
        Request overdue = new(TimeSpan.FromTicks(-1)), other = new();
        List<Request> sent = [];

        await ServeAsync([overdue, other], batch => sent.AddRange(batch));

        Assert.Equal(StorageFailure.Unavailable, FailureOf(overdue));
        Assert.True(other.Task.IsCompletedSuccessfully);
        Assert.Equal([other], sent);
    }

    [Fact]
    public async Task RequestThatGoesAlone_IsSentAlone_AfterTheOthers()
    {
        Request alone = new() { GoesAlone = true }, one = new(), another = new();
        List<List<Request>> sent = [];

        await ServeAsync([alone, one, another], batch => sent.Add([.. batch]));

        Assert.Equal(2, sent.Count);
        Assert.Equal([one, another], sent[0]);
        Assert.Equal([alone], sent[1]);
    }

    [Fact]
    public async Task LoneRequest_OnWhichTheConnectionBreaksAgainAndAgain_IsSentUntilItIsServed()
    {
        var request = new Request();
        var breaks = 5;

        await ServeAsync([request], _ =>
        {
            if (breaks-- > 0) throw new IOException("The connection broke.");
        });

        Assert.True(request.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task RequestThatBreaksTheConnectionEachTime_FailsAlone_AndIsNotSentUntilItsTimeIsUp()
    {
        Request[] requests = [new(), new(), new(), new()];
        var breaks = 0;

        await ServeAsync(requests, batch =>
        {
            if (!batch.Contains(requests[2])) return;

            breaks++;
            throw new IOException("The connection broke.");
        });

        Assert.Equal(StorageFailure.Unavailable, FailureOf(requests[2]));
        Assert.All(requests, request => Assert.Equal(request != requests[2], request.Task.IsCompletedSuccessfully));
        // Three times with all of them, with half of them, and alone.
        Assert.InRange(breaks, 3, 9);
    }

    [Fact]
    public async Task ShortOutage_InWhichNoConnectionOpens_FailsNoRequest()
    {
        Request[] requests = [new(), new()];

        await ServeAsync(requests, static _ => { }, refusals: 7);

        Assert.All(requests, static request => Assert.True(request.Task.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task DefectOfOurs_LeavesNoRequestOfItsBatchWithoutAnAnswer_AndTheLaneGoesOn()
    {
        Request unlucky = new(), next = new();

        await ServeAsync(
            [unlucky, next],
            batch =>
            {
                // The lane then refuses the request, which fails with something that no lane expects.
                if (batch.Contains(unlucky)) throw new FormatException("The value cannot be sent.");
            },
            maxBatch: 1);

        Assert.Equal(StorageFailure.Failed, FailureOf(unlucky));
        Assert.True(next.Task.IsCompletedSuccessfully);
    }

    private static StorageFailure? FailureOf(Request request) => (request.Task.Exception?.InnerException as StorageException)?.Failure;

    /// <summary>Lets a lane serve the requests that wait, and end.</summary>
    /// <param name="requests">The requests, which are one batch unless <paramref name="maxBatch"/> is smaller.</param>
    /// <param name="execute">An attempt; throws what the driver would throw.</param>
    /// <param name="maxBatch">The largest batch.</param>
    /// <param name="refusals">How many connections cannot be opened.</param>
    private async Task ServeAsync(Request[] requests, Action<List<Request>> execute, int maxBatch = 16, int refusals = 0)
    {
        var options = new StorageOptions { MaxBatch = maxBatch };
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(fixture.ConnectionString) { Pooling = false }.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            static _ => { },
            _ => refusals-- > 0 ? Task.FromException(new IOException("No connection can be opened.")) : Task.CompletedTask);
        await using var database = builder.Build();
        var queue = new BatchQueue<Request, int>("requests", options, Metrics);
        foreach (var request in requests) _ = queue.EnqueueAsync(request);
        queue.Close();
        await using var lane = new ScriptedLane(queue, new(database, new(), new(options.Deadline, TimeProvider.System), options), execute);

        await lane.RunAsync().WaitAsync(Eventually.Deadline);
    }

    private sealed class Request(TimeSpan? timeout = null) : BatchRequest<int>(timeout ?? TimeSpan.FromSeconds(30))
    {
        public override string Subject => "A request";
    }

    /// <summary>A lane whose attempts the test makes fail, and which has a defect where it refuses a request.</summary>
    private sealed class ScriptedLane(BatchQueue<Request, int> queue, LaneConnection connection, Action<List<Request>> execute)
        : Lane<Request, int>(0, queue, connection, NullLogger.Instance)
    {
        protected override Task ExecuteAsync(List<Request> batch)
        {
            execute(batch);
            foreach (var request in batch) request.TrySetResult(1);
            return Task.CompletedTask;
        }

        protected override void Refuse(Request request, Exception exception) => throw new InvalidOperationException("A defect.", exception);
    }
}
