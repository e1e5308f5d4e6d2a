using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Explanations;

/// <summary>What a user, an operator or another program did to a session, or asked for.</summary>
internal enum ActKind
{
    /// <summary>A user confirmed through the service.</summary>
    Confirm,

    /// <summary>A user cancelled through the service.</summary>
    Cancel,

    /// <summary>A user read.</summary>
    Read,

    /// <summary>An operator completed it.</summary>
    RepairComplete,

    /// <summary>An operator cancelled it.</summary>
    RepairCancel,

    /// <summary>An operator opened it again.</summary>
    Reopen,

    /// <summary>An operator took a user's no-show back.</summary>
    Excuse,

    /// <summary>A user confirmed through the old backend, which may also have completed it.</summary>
    ForeignConfirm,

    /// <summary>Another program set a user's flag.</summary>
    ForeignFlag,

    /// <summary>Another program took a user's flag back.</summary>
    ForeignUnflag,

    /// <summary>Another program completed it.</summary>
    ForeignComplete,

    /// <summary>Another program cancelled it.</summary>
    ForeignCancel,
}

/// <summary>One of them. Times are ticks of the monotonic clock.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="User">The user who did it, or whom it was done for.</param>
/// <param name="From">When it was asked for first.</param>
/// <param name="Until">When it was known to be done; <see cref="SessionOperation.Never"/> if it never was: it may have happened.</param>
/// <param name="Answer">What the service answered, where it was asked by a user.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Reason">The operator's reason, of which there is only one of its kind.</param>
internal sealed record RecordedAct(
    ActKind Kind, Guid? User, long From, long Until, SessionAnswer? Answer = null, string? Operator = null, string? Reason = null)
{
    /// <summary>Whether it is known to be done.</summary>
    public bool IsDone => Until != SessionOperation.Never;

    /// <summary>Whether it was done without Wingman.</summary>
    public bool IsForeign => Kind >= ActKind.ForeignConfirm;

    /// <summary>The kind of the log's line about an operator's act; null for other acts.</summary>
    public string? RepairLine => Kind switch
    {
        ActKind.RepairComplete => "completed",
        ActKind.RepairCancel => "cancelled",
        ActKind.Reopen => "reopened",
        ActKind.Excuse => "excused",
        _ => null,
    };
}

/// <summary>All that the load knows of one session: who did what to it and when, and the states that it may be in.</summary>
internal sealed record SessionRecord(Guid Session, Pair Pair, ModelState Initial, long KnownSince, IReadOnlyList<RecordedAct> Acts)
{
    /// <summary>The time of the wall clock from which on it may end as a no-show.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>Who scheduled it through the service; null where its row was inserted by another program.</summary>
    public Guid? ScheduledBy { get; init; }

    /// <summary>The states, as bits, that it may be in.</summary>
    public int Finals { get; init; } = -1;

    /// <summary>The time of completion that users were shown.</summary>
    public DateTimeOffset? SeenCompletedAt { get; init; }

    /// <summary>How many noteworthy events it has.</summary>
    public int Eventfulness =>
        (4 * Acts.Count(static act => !act.IsDone && act.Kind != ActKind.Read))
        + (4 * Acts.Select(static act => act.Kind).Distinct().Count())
        + Acts.Count
        + (Initial.User1Confirmed || Initial.User2Confirmed ? 2 : 0)
        + (Acts.Any(static act => act.Answer is ConfirmAnswer { Outcome: ConfirmOutcome.NoShow }) ? 4 : 0);

    /// <summary>Whether any act was done, or may have been, without Wingman.</summary>
    public bool HasForeign => Acts.Any(static act => act.IsForeign);

    /// <summary>Whether an operator repaired it.</summary>
    public bool HasRepair => Acts.Any(static act => act.RepairLine is not null);

    /// <summary>The record of a session that has no other writers, from its history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="finals">What it allows the session to be in the end.</param>
    public static SessionRecord Of(SessionHistory history, int finals) => new(
        history.Session,
        history.Pair,
        history.Initial,
        history.KnownSince,
        [
            .. history.Snapshot().Select(operation => new RecordedAct(
                operation.Kind switch { OperationKind.Confirm => ActKind.Confirm, OperationKind.Cancel => ActKind.Cancel, _ => ActKind.Read },
                history.Pair[operation.By], operation.InvokedAt, operation.ReturnedAt, operation.Answer)),
        ])
    {
        DueAt = history.DueAt,
        ScheduledBy = history.ScheduledBy,
        Finals = finals,
        SeenCompletedAt = history.CompletedAt,
    };
}
