using Wingman.Reputation;

namespace Wingman.Sessions;

/// <summary>
/// What may happen to a session: pure functions of its state, the caller and the time. A decision carries the state to
/// store, or none when nothing changes.
/// </summary>
internal static class SessionRules
{
    public static Decision<ConfirmOutcome> Confirm(SessionState session, UserId user, DateTimeOffset now)
    {
        if (!session.IsKnown) return new(ConfirmOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(ConfirmOutcome.NotParticipant);

        switch (session.Status)
        {
            case SessionStatus.Completed: return new(ConfirmOutcome.AlreadyCompleted);
            case SessionStatus.Cancelled: return new(ConfirmOutcome.Cancelled);
            case SessionStatus.NoShow: return new(ConfirmOutcome.NoShow);
        }

        var confirmed = session with
        {
            User1Confirmed = session.User1Confirmed || user == session.User1,
            User2Confirmed = session.User2Confirmed || user == session.User2,
        };

        // Rows from before this service may carry both flags and yet not be over: any confirmation then completes them.
        if (confirmed is { User1Confirmed: true, User2Confirmed: true })
            return new(ConfirmOutcome.Completed, Complete(confirmed, now));

        return confirmed == session ? new(ConfirmOutcome.WaitingForBuddy) : new(ConfirmOutcome.WaitingForBuddy, confirmed);
    }

    public static Decision<CancelOutcome> Cancel(SessionState session, UserId user, DateTimeOffset now)
    {
        if (!session.IsKnown) return new(CancelOutcome.NotFound);
        if (!session.HasParticipant(user)) return new(CancelOutcome.NotParticipant);
        if (session.IsOver) return new(CancelOutcome.AlreadyOver);

        // Both have confirmed: it is over, only nobody has recorded it yet. To cancel it would take both credits away.
        if (session is { User1Confirmed: true, User2Confirmed: true })
            return new(CancelOutcome.AlreadyOver, Complete(session, now));

        return new(CancelOutcome.Cancelled, session with { Status = SessionStatus.Cancelled });
    }

    public static Decision<ExpireOutcome> Expire(SessionState session, TimeSpan gracePeriod, DateTimeOffset now)
    {
        if (!session.IsKnown) return new(ExpireOutcome.NotFound);
        if (session.IsOver) return new(ExpireOutcome.AlreadyOver);
        if (now - gracePeriod < session.ScheduledAt) return new(ExpireOutcome.NotDue);

        if (session is { User1Confirmed: true, User2Confirmed: true })
            return new(ExpireOutcome.Completed, Complete(session, now));

        return new(ExpireOutcome.NoShow, session with { Status = SessionStatus.NoShow });
    }

    /// <summary>What a session brings one of its participants as it stands: the one place that decides the ledger's lines.</summary>
    /// <returns>The outcome to credit, or null for nothing.</returns>
    public static CreditOutcome? CreditOf(SessionState session, UserId participant) => session.Status switch
    {
        SessionStatus.Completed => CreditOutcome.Completed,
        SessionStatus.NoShow when !session.HasConfirmed(participant) => CreditOutcome.NoShow,
        _ => null,
    };

    private static SessionState Complete(SessionState session, DateTimeOffset now) =>
        session with { Status = SessionStatus.Completed, CompletedAt = now };
}

/// <summary>What the rules decided.</summary>
/// <typeparam name="TOutcome">The answer's vocabulary.</typeparam>
/// <param name="Outcome">What to answer, once <paramref name="Next"/> is stored.</param>
/// <param name="Next">The state to store, or null when nothing changes.</param>
internal readonly record struct Decision<TOutcome>(TOutcome Outcome, SessionState? Next = null);
