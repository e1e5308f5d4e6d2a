using Wingman.State;

namespace Wingman.Matches;

/// <summary>What may happen to a match: pure functions of its row, the request and the time.</summary>
internal static class MatchRules
{
    public static Decision<RegisterMatchOutcome, MatchState> Register(MatchState? match, RegisterMatch request)
    {
        if (match is null)
            return new(RegisterMatchOutcome.Created, new MatchState { User1 = request.User1, User2 = request.User2, Status = request.Status });
        if (match.User1 != request.User1 || match.User2 != request.User2)
            return new(RegisterMatchOutcome.UsersDiffer);
        if (match.Status == request.Status)
            return new(RegisterMatchOutcome.Updated);

        return new(RegisterMatchOutcome.Updated, match with { Status = request.Status, NewSession = null });
    }

    public static Decision<ScheduleOutcome, MatchState> Schedule(MatchState? match, ScheduleSession request, ChallengeCheck challenges, SessionId id, DateTimeOffset now)
    {
        // The checks are in the order of the product's own backend: if several fail, the web app expects the refusal that the backend gives.
        if (challenges == ChallengeCheck.Missing) return new(ScheduleOutcome.ChallengesMissing);
        if (match is null) return new(ScheduleOutcome.MatchNotFound);
        if (!request.Caller.IsService && request.Caller.User != match.User1 && request.Caller.User != match.User2)
            return new(ScheduleOutcome.NotParticipant);
        if (match.Status != MatchStatus.Accepted) return new(ScheduleOutcome.MatchNotAccepted);
        if (challenges == ChallengeCheck.Invalid) return new(ScheduleOutcome.ChallengesInvalid);
        // An earlier attempt of this call has scheduled the session.
        if (match.ActiveSessions.Contains(id.Value)) return new(ScheduleOutcome.Scheduled);
        if (match.ActiveSessions.Count > 0) return new(ScheduleOutcome.AlreadyActive);
        if (request.ScheduledAt <= now) return new(ScheduleOutcome.TimeNotInFuture);

        var session = new NewSession
        {
            Id = id,
            VenueName = request.VenueName,
            ScheduledAt = request.ScheduledAt.ToStorable(),
            User1ChallengeId = request.User1ChallengeId,
            User2ChallengeId = request.User2ChallengeId,
            CreatedAt = now,
            ScheduledBy = request.Caller.IsService ? null : request.Caller.User,
        };
        return new(ScheduleOutcome.Scheduled, match with { NewSession = session });
    }
}
