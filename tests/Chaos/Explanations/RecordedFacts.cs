using Wingman.Sessions;
using Wingman.Testing.History;

namespace Wingman.Chaos.Explanations;

/// <summary>What follows from the answers: by when something had certainly happened, and what could have caused it.</summary>
/// <param name="record">The record.</param>
internal sealed class RecordedFacts(SessionRecord record)
{
    /// <summary>When the session was first known to have a user's confirmation, whoever stored it; null if no answer said so.</summary>
    public long? FlaggedBy(Guid user) => First(act => act.Answer switch
    {
        // Another program may complete a session without flags.
        ConfirmAnswer { Outcome: ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted } => !CanEndForeign(SessionStatus.Completed),
        ConfirmAnswer { Outcome: ConfirmOutcome.WaitingForBuddy } => act.User == user,
        ReadAnswer read => user == record.Pair.User1 ? read.Seen.User1Confirmed : read.Seen.User2Confirmed,
        _ => false,
    });

    /// <summary>When the session was first known to have ended in this way; null if no answer said so.</summary>
    public long? EndedBy(SessionStatus end) => First(act => act.Answer switch
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
    public long? FirstAsked(ActKind kind, Guid? user) =>
        record.Acts.Where(act => act.Kind == kind && act.User == user).Select(static act => (long?)act.From).Min();

    /// <summary>Whether a user's flag may have been set by something else than the user's own confirmation through the service.</summary>
    public bool HasOtherSource(Guid user) =>
        (user == record.Pair.User1 ? record.Initial.User1Confirmed : record.Initial.User2Confirmed)
        || record.Acts.Any(act => act.Kind == ActKind.RepairComplete
            || (act.User == user && act.Kind is ActKind.Excuse or ActKind.ForeignConfirm or ActKind.ForeignFlag or ActKind.ForeignUnflag));

    /// <summary>Whether another program has taken a user's confirmation back, and an attempt of the user without an answer may have stored it again.</summary>
    public bool MayBeStoredAgain(Guid user) =>
        record.Acts.Any(act => act.Kind == ActKind.ForeignUnflag && act.User == user)
        && record.Acts.Any(act => act.Kind == ActKind.Confirm && act.User == user && !act.IsDone);

    /// <summary>Whether another program may have ended it in this way.</summary>
    public bool CanEndForeign(SessionStatus end) => record.Acts.Any(act => act.Kind switch
    {
        ActKind.ForeignConfirm or ActKind.ForeignComplete => end == SessionStatus.Completed,
        ActKind.ForeignCancel => end == SessionStatus.Cancelled,
        _ => false,
    });

    private long? First(Func<RecordedAct, bool> tells) => record.Acts.Where(act => act.IsDone && tells(act)).Select(static act => (long?)act.Until).Min();
}
