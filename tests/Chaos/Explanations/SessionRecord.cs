using Wingman.Chaos.History;
using Wingman.Sessions;

namespace Wingman.Chaos.Explanations;

/// <summary>What a user, an operator or another program did to a session, or asked for.</summary>
internal enum DeedKind
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
internal sealed record Deed(
    DeedKind Kind, Guid? User, long From, long Until, SessionAnswer? Answer = null, string? Operator = null, string? Reason = null)
{
    /// <summary>Whether it is known to be done.</summary>
    public bool IsDone => Until != SessionOperation.Never;

    /// <summary>Whether it was done without Wingman.</summary>
    public bool IsForeign => Kind >= DeedKind.ForeignConfirm;

    /// <summary>The kind of the log's line about an operator's act; null for other acts.</summary>
    public string? RepairLine => Kind switch
    {
        DeedKind.RepairComplete => "completed",
        DeedKind.RepairCancel => "cancelled",
        DeedKind.Reopen => "reopened",
        DeedKind.Excuse => "excused",
        _ => null,
    };
}

/// <summary>All that the load knows of one session: who did what to it and when, and the states that it may be in.</summary>
internal sealed record SessionRecord(Guid Session, Pair Pair, ModelState Initial, long KnownSince, IReadOnlyList<Deed> Deeds)
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
        (4 * Deeds.Count(static deed => !deed.IsDone && deed.Kind != DeedKind.Read))
        + (4 * Deeds.Select(static deed => deed.Kind).Distinct().Count())
        + Deeds.Count
        + (Initial.User1Confirmed || Initial.User2Confirmed ? 2 : 0)
        + (Deeds.Any(static deed => deed.Answer is ConfirmAnswer { Outcome: ConfirmOutcome.NoShow }) ? 4 : 0);

    /// <summary>Whether any deed was done, or may have been, without Wingman.</summary>
    public bool HasForeign => Deeds.Any(static deed => deed.IsForeign);

    /// <summary>Whether an operator repaired it.</summary>
    public bool HasRepair => Deeds.Any(static deed => deed.RepairLine is not null);

    /// <summary>The record of a session that has no other writers, from its history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="finals">What it allows the session to be in the end.</param>
    public static SessionRecord Of(SessionHistory history, int finals) => new(
        history.Session,
        history.Pair,
        history.Initial,
        history.KnownSince,
        [
            .. history.Snapshot().Select(operation => new Deed(
                operation.Kind switch { OperationKind.Confirm => DeedKind.Confirm, OperationKind.Cancel => DeedKind.Cancel, _ => DeedKind.Read },
                history.Pair[operation.By], operation.InvokedAt, operation.ReturnedAt, operation.Answer)),
        ])
    {
        DueAt = history.DueAt,
        ScheduledBy = history.ScheduledBy,
        Finals = finals,
        SeenCompletedAt = history.CompletedAt,
    };
}
