namespace Wingman.Silo.Storage.Batching;

/// <summary>Where writes wait. In one statement Postgres lets a row change once: a batch has each row at most once.</summary>
/// <param name="options">How many writes may wait, and how many bring in a further lane.</param>
internal sealed class WriteQueue(StorageOptions options) : BatchQueue<WriteRequest, int>("writes", options)
{
    /// <summary>Takes what waits, up to the largest batch, with each row at most once.</summary>
    /// <param name="lane">Who takes it: 0 for the first lane.</param>
    /// <param name="batch">Receives the writes. What is in <paramref name="held"/> comes first.</param>
    /// <param name="held">Receives writes that the batch has no place for, in their order, for the next batch.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> TakeAsync(int lane, List<WriteRequest> batch, List<WriteRequest> held)
    {
        batch.Clear();
        if (held.Count == 0 && !await WaitAsync(lane)) return false;

        HashSet<GrainRowKey> keys = new(Math.Min(MaxBatch, 1 + held.Count + Count));
        Dictionary<Guid, object>? sharedRows = null;
        if (held.Count > 0) held.RemoveAll(TryTake);
        while (batch.Count < MaxBatch && Waiting.TryRead(out var request))
        {
            if (!TryTake(request)) held.Add(request);
        }

        return true;

        bool TryTake(WriteRequest request)
        {
            // A key stays taken by a request that is held, so that nobody passes it.
            if (batch.Count == MaxBatch || !keys.Add(request.Key)) return false;

            if (request.SharedRow is var (row, writer))
            {
                sharedRows ??= [];
                if (!sharedRows.TryAdd(row, writer) && sharedRows[row] != writer) return false;
            }

            batch.Add(request);
            return true;
        }
    }
}
