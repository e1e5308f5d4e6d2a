using Wingman.Chaos.History;
using Wingman.Sessions;

namespace Wingman.Chaos.Explanations;

/// <summary>What follows from the answers: by when something had certainly happened, and what could have caused it.</summary>
/// <param name="record">The record.</param>
internal sealed class RecordedFacts(SessionRecord record)
{
    /// <summary>When the session was first known to have a user's confirmation, whoever stored it; null if no answer said so.</summary>
    public long? FlaggedBy(Guid user) => First(deed => deed.Answer switch
    {
        // Another program may complete a session without flags.
        ConfirmAnswer { Outcome: ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted } => !CanEndForeign(SessionStatus.Completed),
        ConfirmAnswer { Outcome: ConfirmOutcome.WaitingForBuddy } => deed.User == user,
        ReadAnswer read => user == record.Pair.User1 ? read.Seen.User1Confirmed : read.Seen.User2Confirmed,
        _ => false,
    });

    /// <summary>When the session was first known to have ended in this way; null if no answer said so.</summary>
    public long? EndedBy(SessionStatus end) => First(deed => deed.Answer switch
    {
        ConfirmAnswer confirm => end == confirm.Outcome switch
        {
            ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted => SessionStatus.Completed,
            ConfirmOutcome.Cancelled => SessionStatus.Cancelled,
            ConfirmOutcome.NoShow => SessionStatus.NoShow,
            _ => SessionStatus.Scheduled,
        },
        CancelAnswer { Outcome: CancelOutcome.Cancelled } => end == SessionStatus.Cancelled,
        ReadAnswer read => read.Seen.Status == end && read.Seen.IsOver,
        _ => false,
    });

    /// <summary>When a user first asked for it; null if never.</summary>
    public long? FirstAsked(DeedKind kind, Guid? user) =>
        record.Deeds.Where(deed => deed.Kind == kind && deed.User == user).Select(static deed => (long?)deed.From).Min();

    /// <summary>Whether a user's flag may have been set by something else than the user's own confirmation through the service.</summary>
    public bool HasOtherSource(Guid user) =>
        (user == record.Pair.User1 ? record.Initial.User1Confirmed : record.Initial.User2Confirmed)
        || record.Deeds.Any(deed => deed.Kind == DeedKind.RepairComplete
            || (deed.User == user && deed.Kind is DeedKind.Excuse or DeedKind.ForeignConfirm or DeedKind.ForeignFlag or DeedKind.ForeignUnflag));

    /// <summary>Whether another program may have ended it in this way.</summary>
    public bool CanEndForeign(SessionStatus end) => record.Deeds.Any(deed => deed.Kind switch
    {
        DeedKind.ForeignConfirm or DeedKind.ForeignComplete => end == SessionStatus.Completed,
        DeedKind.ForeignCancel => end == SessionStatus.Cancelled,
        _ => false,
    });

    private long? First(Func<Deed, bool> tells) => record.Deeds.Where(deed => deed.IsDone && tells(deed)).Select(static deed => (long?)deed.Until).Min();
}
