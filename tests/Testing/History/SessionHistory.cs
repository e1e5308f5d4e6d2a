using Wingman.Sessions;
using Wingman.Testing.Models;

namespace Wingman.Testing.History;

/// <summary>All operations on one session, as its clients observed them.</summary>
internal sealed class SessionHistory(Guid session, Pair pair, ModelState initial, long knownSince, DateTimeOffset dueAt, Guid? scheduledBy = null)
{
    private readonly Lock _gate = new();
    private readonly List<SessionOperation> _operations = [];
    private DateTimeOffset? _completedAt;

    public Guid Session => session;

    public Pair Pair => pair;

    public ModelState Initial => initial;

    /// <summary>When the session was known to exist.</summary>
    public long KnownSince => knownSince;

    /// <summary>The time of the wall clock from which on it may expire.</summary>
    public DateTimeOffset DueAt => dueAt;

    /// <summary>Who scheduled it through the service; null where the product inserted its row.</summary>
    public Guid? ScheduledBy => scheduledBy;

    /// <summary>The time of completion that an answer named; null if none did.</summary>
    public DateTimeOffset? CompletedAt
    {
        get
        {
            lock (_gate)
                return _completedAt;
        }
    }

    /// <summary>Whether two answers named different times of completion.</summary>
    public bool CompletionMoved { get; private set; }

    public void Add(SessionOperation operation)
    {
        lock (_gate)
            _operations.Add(operation);
    }

    public void SawCompletedAt(DateTimeOffset completedAt)
    {
        lock (_gate)
        {
            CompletionMoved |= _completedAt is { } known && known != completedAt;
            _completedAt ??= completedAt;
        }
    }

    /// <summary>The operations so far.</summary>
    public IReadOnlyList<SessionOperation> Snapshot()
    {
        lock (_gate)
            return [.. _operations];
    }

    /// <summary>What was acknowledged up to now: every later snapshot of the database must contain at least this.</summary>
    public Acknowledged AcknowledgedNow()
    {
        var sum = new Acknowledged(initial.User1Confirmed, initial.User2Confirmed, null);
        foreach (var operation in Snapshot())
        {
            sum = (operation.Answer, operation.By) switch
            {
                (ConfirmAnswer { Outcome: ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted }, _) => new(true, true, SessionStatus.Completed),
                (ConfirmAnswer { Outcome: ConfirmOutcome.WaitingForBuddy }, Participant.User1) => sum with { User1 = true },
                (ConfirmAnswer { Outcome: ConfirmOutcome.WaitingForBuddy }, Participant.User2) => sum with { User2 = true },
                (ConfirmAnswer { Outcome: ConfirmOutcome.Cancelled }, _) => sum with { Over = SessionStatus.Cancelled },
                (ConfirmAnswer { Outcome: ConfirmOutcome.NoShow }, _) => sum with { Over = SessionStatus.NoShow },
                (CancelAnswer { Outcome: CancelOutcome.Cancelled }, _) => sum with { Over = SessionStatus.Cancelled },
                _ => sum,
            };
        }

        return sum;
    }
}

/// <summary>What clients were answered and is therefore durable.</summary>
/// <param name="User1">The first user's confirmation.</param>
/// <param name="User2">The second user's confirmation.</param>
/// <param name="Over">How the session ended, if an answer said so.</param>
internal sealed record Acknowledged(bool User1, bool User2, SessionStatus? Over);

/// <summary>A session that receives no more calls.</summary>
/// <param name="Session">The session.</param>
/// <param name="Pair">Its users.</param>
/// <param name="Finals">The states, as bits, that it may be in.</param>
/// <param name="Acknowledged">What clients were answered.</param>
internal sealed record SettledSession(Guid Session, Pair Pair, int Finals, Acknowledged Acknowledged);
