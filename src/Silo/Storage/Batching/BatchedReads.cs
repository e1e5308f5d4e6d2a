using Microsoft.Extensions.Logging;
using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Reads of one kind, answered in batches: what is asked while a statement is in flight is answered by the next one. A queue
/// and its lanes.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
internal sealed class BatchedReads<TRequest, TResult> : IAsyncDisposable
    where TRequest : BatchRequest<TResult>
{
    private readonly BatchQueue<TRequest, TResult> _queue;
    private readonly ReadLane<TRequest, TResult>[] _lanes;
    private Task _running = Task.CompletedTask;

    /// <summary>Creates the lanes; <see cref="Start"/> starts them.</summary>
    /// <param name="name">What is asked for, for messages.</param>
    /// <param name="database">Where the lanes' own connections come from.</param>
    /// <param name="statement">Makes a lane's statement.</param>
    /// <param name="options">How many lanes, and their bounds.</param>
    /// <param name="logger">The log.</param>
    public BatchedReads(string name, NpgsqlDataSource database, Func<IBatchedRead<TRequest>> statement, StorageOptions options, ILogger logger)
    {
        _queue = new(name, options);
        _lanes = [.. Enumerable.Range(0, options.ReadLanes).Select(lane => new ReadLane<TRequest, TResult>(lane, _queue, database, statement(), options, logger))];
    }

    /// <summary>How many requests wait.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Asks.</summary>
    /// <exception cref="StorageOverloadedException">Too many ask already.</exception>
    /// <exception cref="StorageFailedException">The database did not answer in time, or the storage is stopping.</exception>
    public Task<TResult> AskAsync(TRequest request) => _queue.EnqueueAsync(request);

    /// <summary>Starts the lanes. They connect when they are first asked.</summary>
    public void Start() => _running = Task.WhenAll([.. _lanes.Select(lane => Task.Run(lane.RunAsync))]);

    /// <summary>Takes no more, and returns when all that waited has its outcome.</summary>
    public Task StopAsync(CancellationToken token)
    {
        _queue.Close();
        return _running.WaitAsync(token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var lane in _lanes) await lane.DisposeAsync();
    }
}
