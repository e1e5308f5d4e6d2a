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
internal sealed class BatchQueue<TRequest, TResult>(string name, int limit)
    where TRequest : BatchRequest<TResult>
{
    private readonly Channel<TRequest> _channel = Channel.CreateBounded<TRequest>(
        new BoundedChannelOptions(limit) { AllowSynchronousContinuations = false });

    private volatile bool _isClosed;

    /// <summary>How many requests wait.</summary>
    public int Count => _channel.Reader.Count;

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

    /// <summary>Takes what waits, up to a bound, with each row at most once; waits only while there is nothing.</summary>
    /// <param name="batch">Receives the requests. What is in <paramref name="held"/> comes first.</param>
    /// <param name="held">Receives requests that the batch has no place for, in their order, for the next batch.</param>
    /// <param name="max">The most requests to take.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> TakeAsync(List<TRequest> batch, List<TRequest> held, int max)
    {
        batch.Clear();
        if (held.Count == 0 && !await _channel.Reader.WaitToReadAsync()) return false;

        HashSet<GrainRowKey> keys = new(Math.Min(max, 1 + held.Count + Count));
        Dictionary<Guid, object>? sharedRows = null;
        if (held.Count > 0) held.RemoveAll(TryTake);
        while (batch.Count < max && _channel.Reader.TryRead(out var request))
        {
            if (!TryTake(request)) held.Add(request);
        }

        return true;

        bool TryTake(TRequest request)
        {
            // A key stays taken by a request that is held, so that nobody passes it.
            if (batch.Count == max || !keys.Add(request.Key)) return false;

            if (request.SharedRow is var (row, writer))
            {
                sharedRows ??= [];
                if (!sharedRows.TryAdd(row, writer) && sharedRows[row] != writer) return false;
            }

            batch.Add(request);
            return true;
        }
    }

    /// <summary>Takes no more requests; those that wait are still served.</summary>
    public void Close()
    {
        _isClosed = true;
        _channel.Writer.TryComplete();
    }
}
