using System.Threading.Channels;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Where requests wait while lanes have batches under way. Bounded: what does not fit is refused at once. The first lane takes
/// what there is, be it one, without any timer. Further lanes leave it to the first to gather a batch, since a large one costs
/// the database less than two small ones, until enough is waiting for one of their own, or the first is held up. Only where the
/// database is so far away that a batch spends its time travelling, every lane takes what there is.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
/// <param name="name">What the queue holds, for messages.</param>
/// <param name="options">How many requests may wait, and how many bring in a further lane.</param>
internal class BatchQueue<TRequest, TResult>(string name, StorageOptions options)
    where TRequest : BatchRequest<TResult>
{
    /// <summary>How long a request waits before it is taken that the first lane is held up: longer than a commit under load.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private readonly Channel<TRequest> _channel = Channel.CreateBounded<TRequest>(
        new BoundedChannelOptions(options.QueueLimit) { AllowSynchronousContinuations = false });

    /// <summary>A round trip that is longer than what a batch costs the database.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(0.5);

    private volatile bool _isClosed;
    private volatile bool _isFar;

    /// <summary>How many requests wait.</summary>
    public int Count => Waiting.Count;

    /// <summary>The most requests that a batch has.</summary>
    protected int MaxBatch => options.MaxBatch;

    /// <summary>The requests that wait.</summary>
    protected ChannelReader<TRequest> Waiting => _channel.Reader;

    /// <summary>Adds a request.</summary>
    /// <returns>Its result, once a lane has it.</returns>
    /// <exception cref="StorageOverloadedException">The queue is full.</exception>
    /// <exception cref="StorageFailedException">The storage is stopping.</exception>
    public Task<TResult> EnqueueAsync(TRequest request)
    {
        if (_channel.Writer.TryWrite(request)) return request.Task;
        if (_isClosed) throw new StorageFailedException($"The storage is stopping and takes no more {name}.");

        StorageMetrics.Refused.Add(1);
        throw new StorageOverloadedException($"{options.QueueLimit} {name} wait for the database already.");
    }

    /// <summary>Takes what waits, up to the largest batch.</summary>
    /// <param name="lane">Who takes it: 0 for the first lane.</param>
    /// <param name="batch">Receives the requests.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> TakeAsync(int lane, List<TRequest> batch)
    {
        batch.Clear();
        if (!await WaitAsync(lane)) return false;

        while (batch.Count < MaxBatch && Waiting.TryRead(out var request)) batch.Add(request);
        return true;
    }

    /// <summary>Waits until there is something for a lane to take.</summary>
    /// <param name="lane">Which lane: 0 for the first.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    protected async ValueTask<bool> WaitAsync(int lane)
    {
        while (await Waiting.WaitToReadAsync())
        {
            if (lane == 0 || _isFar || Count >= options.NextLaneAt) return true;

            await Task.Delay(Patience);
            if (Waiting.TryPeek(out var first) && first.Age >= Patience) return true;
        }

        return false;
    }

    /// <summary>Tells how far away the database is.</summary>
    public void Locate(TimeSpan roundTrip) => _isFar = roundTrip > Far;

    /// <summary>Takes no more requests; those that wait are still served.</summary>
    public void Close()
    {
        _isClosed = true;
        _channel.Writer.TryComplete();
    }
}
