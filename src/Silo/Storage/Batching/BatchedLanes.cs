namespace Wingman.Silo.Storage.Batching;

/// <summary>A queue and the lanes that serve it.</summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
internal sealed class BatchedLanes<TRequest, TResult> : IMonitored, IAsyncDisposable
    where TRequest : BatchRequest<TResult>
{
    private readonly BatchQueue<TRequest, TResult> _queue;
    private readonly Lane<TRequest, TResult>[] _lanes;
    private readonly Reachability _reachability;
    private readonly IDisposable _observation;
    private readonly Task _running;

    /// <summary>Starts the lanes. They connect at their first request.</summary>
    /// <param name="name">What is asked for, for messages.</param>
    /// <param name="count">How many lanes.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="metrics">What operators see of them.</param>
    /// <param name="reachability">Whether the database can be reached.</param>
    /// <param name="lane">Makes a lane: its number, and the queue.</param>
    public BatchedLanes(
        string name,
        int count,
        StorageOptions options,
        StorageMetrics metrics,
        Reachability reachability,
        Func<int, BatchQueue<TRequest, TResult>, Lane<TRequest, TResult>> lane)
    {
        _reachability = reachability;
        _queue = new(name, options, metrics);
        _lanes = [.. Enumerable.Range(0, count).Select(number => lane(number, _queue))];
        _observation = metrics.Observe(name, () => _queue.Count);
        _running = Task.WhenAll([.. _lanes.Select(lane => Task.Run(lane.RunAsync))]);
    }

    /// <inheritdoc/>
    public TimeSpan LongestBatchDuration => _lanes.Max(static lane => lane.BatchDuration);

    /// <summary>Adds a request to the queue, and waits for its result.</summary>
    /// <exception cref="StorageException">The database did not do it.</exception>
    public Task<TResult> SubmitAsync(TRequest request)
    {
        if (!_reachability.Refuses()) return _queue.EnqueueAsync(request);

        _queue.Metrics.Failed(StorageFailure.Unavailable);
        throw new StorageException(StorageFailure.Unavailable, $"{request.Subject}: the database cannot be reached at present.");
    }

    /// <inheritdoc/>
    public void FailOverdue()
    {
        foreach (var lane in _lanes) lane.FailOverdue();
        _queue.FailOverdue();
    }

    /// <summary>Takes no more requests, and returns when all that waited have their results.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _running;
        _observation.Dispose();
        foreach (var lane in _lanes) await lane.DisposeAsync();
    }
}
