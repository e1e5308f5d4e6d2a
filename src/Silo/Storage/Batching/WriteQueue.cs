namespace Wingman.Silo.Storage.Batching;

/// <summary>Where writes wait. In one statement Postgres lets a row change once: a batch has each row at most once.</summary>
/// <param name="limit">The most writes that may wait.</param>
internal sealed class WriteQueue(int limit) : BatchQueue<WriteRequest, int>("writes", limit)
{
    /// <summary>Takes what waits, up to a bound, with each row at most once; waits only while there is nothing.</summary>
    /// <param name="batch">Receives the writes. What is in <paramref name="held"/> comes first.</param>
    /// <param name="held">Receives writes that the batch has no place for, in their order, for the next batch.</param>
    /// <param name="max">The most writes to take.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> TakeAsync(List<WriteRequest> batch, List<WriteRequest> held, int max)
    {
        batch.Clear();
        if (held.Count == 0 && !await Waiting.WaitToReadAsync()) return false;

        HashSet<GrainRowKey> keys = new(Math.Min(max, 1 + held.Count + Count));
        Dictionary<Guid, object>? sharedRows = null;
        if (held.Count > 0) held.RemoveAll(TryTake);
        while (batch.Count < max && Waiting.TryRead(out var request))
        {
            if (!TryTake(request)) held.Add(request);
        }

        return true;

        bool TryTake(WriteRequest request)
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
}
