using System.Threading.Channels;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Where requests wait while every lane has a batch under way. Bounded: what does not fit is refused at once. There is no
/// timer: an idle lane takes what there is, be it one.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
/// <param name="name">What the queue holds, for messages.</param>
/// <param name="limit">The most requests that may wait.</param>
internal class BatchQueue<TRequest, TResult>(string name, int limit)
    where TRequest : BatchRequest<TResult>
{
    private readonly Channel<TRequest> _channel = Channel.CreateBounded<TRequest>(
        new BoundedChannelOptions(limit) { AllowSynchronousContinuations = false });

    private volatile bool _isClosed;

    /// <summary>How many requests wait.</summary>
    public int Count => Waiting.Count;

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
        throw new StorageOverloadedException($"{limit} {name} wait for the database already.");
    }

    /// <summary>Takes what waits, up to a bound; waits only while there is nothing.</summary>
    /// <param name="batch">Receives the requests.</param>
    /// <param name="max">The most requests to take.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> TakeAsync(List<TRequest> batch, int max)
    {
        batch.Clear();
        if (!await Waiting.WaitToReadAsync()) return false;

        while (batch.Count < max && Waiting.TryRead(out var request)) batch.Add(request);
        return true;
    }

    /// <summary>Takes no more requests; those that wait are still served.</summary>
    public void Close()
    {
        _isClosed = true;
        _channel.Writer.TryComplete();
    }
}
