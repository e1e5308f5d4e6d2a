namespace Wingman.Matches;

/// <summary>What may happen to a match: pure functions of its state, the request and the time.</summary>
internal static class MatchRules
{
    /// <summary>Decides a registration.</summary>
    /// <returns>The answer, and the state to store or null when nothing changes.</returns>
    public static (RegisterMatchOutcome Outcome, MatchState? Next) Register(MatchState match, RegisterMatch request)
    {
        if (!match.IsKnown)
            return (RegisterMatchOutcome.Created, new MatchState { User1 = request.User1, User2 = request.User2, Status = request.Status });
        if (match.User1 != request.User1 || match.User2 != request.User2)
            return (RegisterMatchOutcome.UsersDiffer, null);
        if (match.Status == request.Status) return (RegisterMatchOutcome.Updated, null);

        // A session is born with the write that schedules it, and with no other: a row that was deleted since stays away.
        return (RegisterMatchOutcome.Updated, match with { Status = request.Status, LastScheduled = null });
    }

    /// <summary>Decides whether a session may be scheduled, as far as the match alone can tell.</summary>
    /// <returns>The refusal, or null if nothing of the match stands against it.</returns>
    public static ScheduleOutcome? Refusal(MatchState match, ScheduleSession request, DateTimeOffset now)
    {
        if (!match.IsKnown) return ScheduleOutcome.MatchNotFound;
        if (!request.Caller.IsService && request.Caller.User != match.User1 && request.Caller.User != match.User2)
            return ScheduleOutcome.NotParticipant;
        if (match.Status != MatchStatus.Accepted) return ScheduleOutcome.MatchNotAccepted;
        if (request.ScheduledAt <= now) return ScheduleOutcome.TimeNotInFuture;
        return null;
    }
}
