namespace Wingman.Chaos.Explanations;

/// <summary>The records of the sessions with the most events; those of other sessions are not kept.</summary>
/// <param name="most">How many.</param>
internal sealed class EventfulSessions(int most)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<SessionRecord, int> _kept = new();

    /// <summary>The most eventful first.</summary>
    public IReadOnlyList<SessionRecord> All
    {
        get
        {
            lock (_gate)
                return [.. _kept.UnorderedItems.OrderByDescending(static kept => kept.Priority).Select(static kept => kept.Element)];
        }
    }

    /// <summary>Keeps the record if it is more eventful than one that is kept.</summary>
    public void Offer(SessionRecord record)
    {
        lock (_gate)
        {
            if (_kept.Count < most)
                _kept.Enqueue(record, record.Eventfulness);
            else
                _kept.EnqueueDequeue(record, record.Eventfulness);
        }
    }
}
