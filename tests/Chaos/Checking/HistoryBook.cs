using System.Collections.Concurrent;
using Wingman.Chaos.Explanations;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.Chaos.Checking;

/// <summary>
/// The sessions of a run. A history whose script has ended is checked at once; of it only the states are kept that the session
/// may be in from then on.
/// </summary>
internal sealed class HistoryBook(Violations violations, WallClock clock, EventfulSessions? eventful = null)
{
    private readonly ConcurrentDictionary<Guid, SessionHistory> _open = [];
    private readonly ConcurrentDictionary<Guid, SettledSession> _settled = [];
    private long _operations;

    /// <summary>Histories that are still being written.</summary>
    public IReadOnlyCollection<SessionHistory> Open => [.. _open.Values];

    /// <summary>Histories that were checked.</summary>
    public IReadOnlyCollection<SettledSession> Settled => [.. _settled.Values];

    public int CheckedCount => _settled.Count;

    /// <summary>Operations in checked histories.</summary>
    public long CheckedOperations => Volatile.Read(ref _operations);

    public void Begin(SessionHistory history) => _open[history.Session] = history;

    /// <summary>Checks a history to which nothing more is added.</summary>
    public void Close(SessionHistory history)
    {
        // No client calls for it: the sweeper may expire the session once the wall clock has shown that time.
        var expiry = SessionOperation.Pending(OperationKind.Expire, Participant.User1, clock.FirstShown(history.DueAt));
        IReadOnlyList<SessionOperation> operations = [expiry, .. history.Snapshot()];
        var result = LinearizabilityChecker.Check(history.Initial, operations);
        if (!result.IsLinearizable) violations.Add(new Violation("linearizability", HistoryText.Explain(history, operations, result)));
        if (history.CompletionMoved)
            violations.Add(new Violation("I2", $"session {history.Session} was shown with two times of completion"));
        eventful?.Offer(SessionRecord.Of(history, result.Finals == 0 ? -1 : result.Finals));
        Interlocked.Add(ref _operations, operations.Count);
        _settled[history.Session] = new SettledSession(history.Session, history.Pair, result.Finals, history.AcknowledgedNow());
        _open.TryRemove(history.Session, out _);
    }
}
