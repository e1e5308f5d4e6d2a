using System.Threading.Channels;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Where requests wait while lanes have batches in flight. It is bounded: what does not fit is refused at once. The first lane takes
/// all that waits, even a single request, without any timer. A large batch costs the database less than two small ones. So the
/// other lanes leave requests to the first one until enough wait for a batch of their own, or until the first lane is held up. If the
/// database is so far away that a round trip takes longer than the work for a batch, every lane takes all that waits.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
/// <param name="name">What the queue holds, for messages.</param>
/// <param name="options">How many requests may wait, and how many bring in a further lane.</param>
/// <param name="metrics">What operators see of it.</param>
internal sealed class BatchQueue<TRequest, TResult>(string name, StorageOptions options, StorageMetrics metrics)
    where TRequest : BatchRequest<TResult>
{
    /// <summary>How long a request waits before the first lane is considered to be held up: longer than a commit under load.</summary>
    private static readonly TimeSpan HeldUpAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>A round trip that is longer than what a batch costs the database.</summary>
    private static readonly TimeSpan LongRoundTrip = TimeSpan.FromMilliseconds(0.5);

    private readonly Channel<TRequest> _channel = Channel.CreateBounded<TRequest>(
        new BoundedChannelOptions(options.QueueLimit) { AllowSynchronousContinuations = false });

    private volatile bool _isClosed;
    private volatile bool _isRoundTripLong;

    /// <summary>What the queue holds.</summary>
    public string Name => name;

    /// <summary>What operators see of the queue and its lanes.</summary>
    public StorageMetrics Metrics => metrics;

    /// <summary>How many requests wait.</summary>
    public int Count => _channel.Reader.Count;

    /// <summary>Adds a request.</summary>
    /// <returns>Its result, once a lane has it.</returns>
    /// <exception cref="StorageException">The queue is full, or the storage is stopping.</exception>
    public Task<TResult> EnqueueAsync(TRequest request)
    {
        request.CountIn(metrics);
        if (_channel.Writer.TryWrite(request)) return request.Task;
        if (_isClosed) throw new StorageException(StorageFailure.Unavailable, $"The storage is stopping and accepts no more {name}.");

        metrics.Refused();
        throw new StorageException(StorageFailure.Overloaded, $"{options.QueueLimit} {name} already wait for the database.");
    }

    /// <summary>Takes what waits, up to the largest batch, each row at most once.</summary>
    /// <param name="lane">Who takes it: 0 for the first lane.</param>
    /// <param name="batch">Receives the requests. What is in <paramref name="held"/> comes first.</param>
    /// <param name="held">
    /// Receives requests whose row is in the batch already, in their order, for the next batch: in one statement Postgres
    /// changes a row once.
    /// </param>
    /// <returns>False when the queue is closed and empty. True may come with an empty batch, when another lane took what waited.</returns>
    public async ValueTask<bool> TakeAsync(int lane, List<TRequest> batch, List<TRequest> held)
    {
        batch.Clear();
        if (held.Count == 0 && !await WaitAsync(lane)) return false;

        HashSet<Guid> rows = [];
        held.RemoveAll(TryTake);
        while (batch.Count < options.MaxBatch && _channel.Reader.TryRead(out var request))
        {
            if (!TryTake(request)) held.Add(request);
        }

        return true;

        bool TryTake(TRequest request)
        {
            // Sized at once for all that waits: growing step by step is a large part of what a batch allocates.
            if (rows.Count == 0 && request.Row is not null) rows.EnsureCapacity(Math.Min(Count + 1, options.MaxBatch));
            // The row of a request that is held counts as taken, so that no later request for it overtakes that one.
            if (batch.Count == options.MaxBatch || (request.Row is { } row && !rows.Add(row))) return false;
            batch.Add(request);
            return true;
        }
    }

    /// <summary>Ends the requests that wait although their time is up.</summary>
    public void FailOverdue()
    {
        // The oldest comes first.
        while (_channel.Reader.TryPeek(out var first) && first.IsOverdue && _channel.Reader.TryRead(out var request))
        {
            if (request.IsOverdue) request.TimeOut();
            // A lane has just taken the request that was seen, and this is another one.
            else if (!_channel.Writer.TryWrite(request)) request.Fail(StorageFailure.Overloaded, $"{options.QueueLimit} {name} already wait for the database");
        }
    }

    /// <summary>Records how long a round trip to the database takes.</summary>
    public void SetRoundTrip(TimeSpan roundTrip) => _isRoundTripLong = roundTrip > LongRoundTrip;

    /// <summary>Takes no more requests; those that wait are still served.</summary>
    public void Close()
    {
        _isClosed = true;
        _channel.Writer.TryComplete();
    }

    private async ValueTask<bool> WaitAsync(int lane)
    {
        while (await _channel.Reader.WaitToReadAsync())
        {
            if (lane == 0 || _isRoundTripLong || Count >= options.NextLaneAt) return true;

            await Task.Delay(HeldUpAfter);
            if (_channel.Reader.TryPeek(out var first) && first.Age >= HeldUpAfter) return true;
        }

        return false;
    }
}
