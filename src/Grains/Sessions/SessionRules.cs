using Wingman.Events;
using Wingman.Reputation;
using Wingman.State;

namespace Wingman.Sessions;

/// <summary>
/// What may happen to a session: pure functions of its row, the caller and the time. A decision carries the state to
/// store, or none when nothing changes.
/// </summary>
internal static class SessionRules
{
    public static Decision<ConfirmOutcome, SessionState> Confirm(SessionState? session, UserId user, TimeSpan? confirmFrom, DateTimeOffset now)
    {
        if (session is null) return new(ConfirmOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(ConfirmOutcome.NotParticipant);

        switch (session.Status)
        {
            case SessionStatus.Completed: return new(ConfirmOutcome.AlreadyCompleted);
            case SessionStatus.Cancelled: return new(ConfirmOutcome.Cancelled);
            case SessionStatus.NoShow: return new(ConfirmOutcome.NoShow);
        }

        if (ConfirmableFrom(session, confirmFrom) > now) return new(ConfirmOutcome.TooEarly);

        var confirmed = session with
        {
            User1Confirmed = session.User1Confirmed || user == session.User1,
            User2Confirmed = session.User2Confirmed || user == session.User2,
        };

        // Another program may have set both flags without completing the session: any confirmation then completes it.
        if (confirmed is { User1Confirmed: true, User2Confirmed: true })
            return new(ConfirmOutcome.Completed, Complete(confirmed, now, user));

        return session.HasConfirmed(user)
            ? new(ConfirmOutcome.WaitingForBuddy)
            : new(ConfirmOutcome.WaitingForBuddy, confirmed with { NewNotes = null, Event = new(EventKind.Confirmed, now, user) });
    }

    /// <summary>The older confirmation. It is refused before the session's time even if the newer one is not.</summary>
    public static Decision<ConfirmOutcome, SessionState> ConfirmBuddy(
        SessionState? session, UserId user, UserId buddy, TimeSpan? confirmFrom, DateTimeOffset now)
    {
        if (session is null) return new(ConfirmOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(ConfirmOutcome.NotParticipant);
        if (!session.HasParticipant(buddy)) return new(ConfirmOutcome.NotBuddy);
        if (buddy == user) return new(ConfirmOutcome.OwnConfirmation);
        if (ConfirmableFrom(session, confirmFrom ?? TimeSpan.Zero) > now) return new(ConfirmOutcome.TooEarly);

        return Confirm(session, user, confirmFrom, now);
    }

    /// <summary>Replaces a decision to complete the session by the refusal <see cref="ConfirmOutcome.CompletionLimit"/>; other decisions stay.</summary>
    public static Decision<ConfirmOutcome, SessionState> RefuseCompletion(Decision<ConfirmOutcome, SessionState> decision) =>
        decision.Outcome == ConfirmOutcome.Completed ? new(ConfirmOutcome.CompletionLimit) : decision;

    public static Decision<UpdateNotesOutcome, SessionState> UpdateNotes(SessionState? session, UserId user, string notes, DateTimeOffset now)
    {
        if (session is null) return new(UpdateNotesOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(UpdateNotesOutcome.NotParticipant);

        return new(UpdateNotesOutcome.Updated, session with { NewNotes = notes, Event = new(EventKind.NotesUpdated, now, user) });
    }

    public static Decision<CancelOutcome, SessionState> Cancel(SessionState? session, UserId user, DateTimeOffset now)
    {
        if (session is null) return new(CancelOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(CancelOutcome.NotParticipant);
        if (session.IsOver) return new(CancelOutcome.AlreadyOver);

        // Both have confirmed, but the session is not completed yet. Cancelling it would remove both credits.
        if (session is { User1Confirmed: true, User2Confirmed: true })
            return new(CancelOutcome.AlreadyOver, Complete(session, now, actor: null));

        return new(CancelOutcome.Cancelled, session with { Status = SessionStatus.Cancelled, NewNotes = null, Event = new(EventKind.Cancelled, now, user) });
    }

    /// <summary>
    /// Ends a session that is due. A host's clock may jump ahead: the session must be due by <see cref="NoShowTerms.AsOf"/> too.
    /// </summary>
    public static Decision<ExpireOutcome, SessionState> Expire(SessionState? session, NoShowTerms terms, DateTimeOffset now)
    {
        if (session is null) return new(ExpireOutcome.NotFound);
        if (session.IsOver) return new(ExpireOutcome.AlreadyOver);
        if (session.ScheduledAt is not { } scheduledAt || scheduledAt < terms.Since) return new(ExpireOutcome.NotDue);
        if (NoShowDueAt(scheduledAt, terms) > (now < terms.AsOf ? now : terms.AsOf)) return new(ExpireOutcome.NotDue);

        if (session is { User1Confirmed: true, User2Confirmed: true })
            return new(ExpireOutcome.Completed, Complete(session, now, actor: null));

        return new(ExpireOutcome.NoShow, session with { Status = SessionStatus.NoShow, NewNotes = null, Event = new(EventKind.NoShow, now) });
    }

    /// <summary>From when on a session can be confirmed; null for at any time.</summary>
    public static DateTimeOffset? ConfirmableFrom(SessionState session, TimeSpan? confirmFrom) =>
        session.ScheduledAt is { } scheduledAt && confirmFrom is { } time ? Add(scheduledAt, time) : null;

    /// <summary>
    /// When a session ends as a no-show: after its grace period. If that ended while the service was down and nobody could confirm,
    /// it is a grace period after the service was back. A session that is scheduled later never ends earlier; the sweeper relies on this.
    /// </summary>
    public static DateTimeOffset NoShowDueAt(DateTimeOffset scheduledAt, NoShowTerms terms)
    {
        var dueAt = Add(scheduledAt, terms.GracePeriod);
        foreach (var gap in terms.Gaps.OrderBy(static gap => gap.From))
        {
            var again = Add(gap.To, terms.GracePeriod);
            if (gap.From <= dueAt && dueAt < again) dueAt = again;
        }

        return dueAt;
    }

    /// <summary>
    /// What a session means to one of its participants. The same rule for the database is in <c>CreditSql</c>; a test
    /// compares the two.
    /// </summary>
    /// <param name="status">The session's status.</param>
    /// <param name="hasConfirmed">Whether the participant has confirmed.</param>
    /// <param name="counting">How credits are counted.</param>
    /// <returns>The credit, or null for none.</returns>
    public static CreditOutcome? CreditOf(SessionStatus status, bool hasConfirmed, CreditCounting counting) => (status, counting) switch
    {
        (SessionStatus.Completed, CreditCounting.Legacy) => hasConfirmed ? CreditOutcome.Completed : null,
        (SessionStatus.Completed, _) => CreditOutcome.Completed,
        (SessionStatus.NoShow or SessionStatus.Cancelled, CreditCounting.Legacy) => CreditOutcome.NoShow,
        (SessionStatus.NoShow, _) => hasConfirmed ? null : CreditOutcome.NoShow,
        _ => null,
    };

    // The result stays within the calendar: another program may have scheduled a session for its last day, or for infinity.
    private static DateTimeOffset Add(DateTimeOffset at, TimeSpan time)
    {
        if (time > DateTimeOffset.MaxValue - at) return DateTimeOffset.MaxValue;
        return time < DateTimeOffset.MinValue - at ? DateTimeOffset.MinValue : at + time;
    }

    private static SessionState Complete(SessionState session, DateTimeOffset now, UserId? actor) =>
        session with { Status = SessionStatus.Completed, CompletedAt = now, NewNotes = null, Event = new(EventKind.Completed, now, actor) };
}
