using Wingman.Events;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Operators;

/// <summary>
/// What an operator may do to a session: pure functions, as <see cref="SessionRules"/>. A session that both have confirmed can
/// only be completed, and neither a completion nor a cancellation is ever taken back: users who saw one may have acted on it.
/// Disputes are about no-shows, because a no-show is not the statement of a user.
/// </summary>
internal static class OperatorRules
{
    /// <summary>Decides on a repair.</summary>
    /// <param name="session">The row; null if there is none.</param>
    /// <param name="repair">The order.</param>
    /// <param name="now">The present.</param>
    public static Decision<RepairOutcome, SessionState> Repair(SessionState? session, SessionRepair repair, DateTimeOffset now)
    {
        if (!repair.Act.IsComplete) return new(RepairOutcome.IncompleteAct);
        if (session is null) return new(RepairOutcome.NotFound);

        return repair.Kind switch
        {
            RepairKind.Complete => Complete(session, repair.Act, now),
            RepairKind.Cancel => Cancel(session, repair.Act, now),
            RepairKind.Reopen => Reopen(session, repair.Act, now),
            RepairKind.Excuse => Excuse(session, repair.Act, repair.User, now),
            _ => throw new ArgumentOutOfRangeException(nameof(repair), repair.Kind, "There is no such repair."),
        };
    }

    // Sets both flags, so that every reader of the row, under either way of counting, sees a completed session. The log shows
    // that a user did not confirm it.
    private static Decision<RepairOutcome, SessionState> Complete(SessionState session, OperatorAct act, DateTimeOffset now) => session.Status switch
    {
        SessionStatus.Completed => new(RepairOutcome.AlreadyDone),
        SessionStatus.Cancelled => new(RepairOutcome.IsCancelled),
        _ => new(RepairOutcome.Done, session with
        {
            Status = SessionStatus.Completed,
            CompletedAt = now,
            User1Confirmed = true,
            User2Confirmed = true,
            NewNotes = null,
            Event = new(EventKind.Completed, now, Act: act),
        }),
    };

    private static Decision<RepairOutcome, SessionState> Cancel(SessionState session, OperatorAct act, DateTimeOffset now) => session switch
    {
        { Status: SessionStatus.Cancelled } => new(RepairOutcome.AlreadyDone),
        { Status: SessionStatus.Completed } => new(RepairOutcome.IsCompleted),
        // Cancelling it would remove both credits.
        { User1Confirmed: true, User2Confirmed: true } => new(RepairOutcome.BothConfirmed),
        _ => new(RepairOutcome.Done, session with { Status = SessionStatus.Cancelled, NewNotes = null, Event = new(EventKind.Cancelled, now, Act: act) }),
    };

    // The sweeper counts the grace period from the scheduled time, so that time is changed. Whether the match has another open session
    // is checked by the write, under a lock.
    private static Decision<RepairOutcome, SessionState> Reopen(SessionState session, OperatorAct act, DateTimeOffset now) => session switch
    {
        { Status: SessionStatus.Completed } => new(RepairOutcome.IsCompleted),
        { Status: SessionStatus.Cancelled } => new(RepairOutcome.IsCancelled),
        { IsOver: false } => new(RepairOutcome.IsOpen),
        { User1Confirmed: true, User2Confirmed: true } => new(RepairOutcome.BothConfirmed),
        _ => new(RepairOutcome.Done, session with
        {
            Status = SessionStatus.Scheduled,
            ScheduledAt = now,
            NewNotes = null,
            Event = new(EventKind.Reopened, now, Act: act),
        }),
    };

    private static Decision<RepairOutcome, SessionState> Excuse(SessionState session, OperatorAct act, UserId? user, DateTimeOffset now)
    {
        if (user is not { } excused || !session.HasParticipant(excused)) return new(RepairOutcome.NotParticipant);

        switch (session.Status)
        {
            case SessionStatus.Completed: return new(RepairOutcome.IsCompleted);
            case SessionStatus.Cancelled: return new(RepairOutcome.IsCancelled);
            case SessionStatus.Scheduled or SessionStatus.InProgress: return new(RepairOutcome.IsOpen);
        }

        if (session.HasConfirmed(excused)) return new(RepairOutcome.AlreadyDone);

        var next = session with
        {
            User1Confirmed = session.User1Confirmed || excused == session.User1,
            User2Confirmed = session.User2Confirmed || excused == session.User2,
            NewNotes = null,
            Event = new(EventKind.Excused, now, excused, act),
        };
        return next is { User1Confirmed: true, User2Confirmed: true } ? new(RepairOutcome.BothConfirmed) : new(RepairOutcome.Done, next);
    }
}
