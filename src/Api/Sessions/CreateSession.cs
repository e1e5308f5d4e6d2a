using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wingman.Authentication;
using Wingman.Matches;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a request to schedule a session.</summary>
/// <param name="MatchId">The match, which must be accepted.</param>
/// <param name="VenueName">Where.</param>
/// <param name="Time">When: ISO 8601, UTC where it has no offset, or a number of seconds since 1970.</param>
/// <param name="User1ChallengeId">The challenge of the match's first user. Required where the database has challenges.</param>
/// <param name="User2ChallengeId">The challenge of the match's second user. Required where the database has challenges.</param>
/// <example>{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"Blue Bottle","time":"2030-01-01T18:00:00Z"}</example>
internal sealed record CreateSessionRequest(
    [property: Uuid] Guid MatchId,
    [property: Text(1, 200)] string VenueName,
    [property: Instant] DateTimeOffset Time,
    [property: Uuid] Guid? User1ChallengeId = null,
    [property: Uuid] Guid? User2ChallengeId = null) : IJsonBody<CreateSessionRequest>;

/// <summary>The answer to a request to schedule a session.</summary>
/// <param name="Success">True.</param>
/// <param name="SessionId">The new session.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="ScheduledTime">When, in UTC.</param>
/// <param name="VenueName">Where.</param>
/// <param name="NotificationsSent">Always false: this service sends no notifications.</param>
/// <example>{"success":true,"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","message":"Session scheduled successfully at Blue Bottle","scheduled_time":"2030-01-01T18:00:00Z","venue_name":"Blue Bottle","notifications_sent":false}</example>
internal sealed record CreateSessionAnswer(
    bool Success, Guid SessionId, string Message, DateTimeOffset ScheduledTime, string VenueName, bool NotificationsSent);

/// <summary><c>POST /api/session/create</c>.</summary>
internal sealed class CreateSession : IEndpoint
{
    private static readonly Refusal MatchNotFound = new(404, RefusalCode.MatchNotFound, "Match not found");
    private static readonly Refusal NotInFuture = new(400, RefusalCode.TimeNotInFuture, "Scheduled time must be in the future");

    private static readonly Refusal InvalidChallenges =
        new(400, RefusalCode.InvalidChallenges, "One or both challenge IDs are invalid - challenges must exist");

    private static readonly Refusal NotParticipant =
        new(403, RefusalCode.NotParticipant, "Access denied - user is not a participant in this match");

    private static readonly Refusal AlreadyActive =
        new(409, RefusalCode.SessionAlreadyActive, "This match already has an active session (scheduled or in progress)");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/session/create", HandleAsync)
        .WithName("create-session").WithTags("Sessions")
        .Refuses(MatchNotFound, NotParticipant, NotAccepted(MatchStatus.Pending), NotInFuture, InvalidChallenges, AlreadyActive, Refusals.StorageRefused);

    /// <summary>Schedule a session</summary>
    /// <remarks>
    /// For a participant of an accepted match, or the service role. A match has at most one session that is not over. If the answer is
    /// lost, a retry finds that session as the match's active one (409).
    /// </remarks>
    /// <param name="request">The body.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <param name="clock">The clock.</param>
    /// <response code="200">Scheduled.</response>
    public static async Task<Results<Answer<CreateSessionAnswer>, FieldErrors, Refusal>> HandleAsync(
        CreateSessionRequest request, ClaimsPrincipal caller, GrainCalls calls, TimeProvider clock)
    {
        // The id is chosen here, so that a retry of the call to the grain creates the same session.
        var id = new SessionId(Guid.CreateVersion7(clock.GetUtcNow()));
        var schedule = new ScheduleSession(
            CallerClaims.Of(caller), request.VenueName, request.Time, request.User1ChallengeId, request.User2ChallengeId, id);
        var answer = await calls.IdempotentAsync(
            (match: new MatchId(request.MatchId), schedule), static (grains, call) => grains.GetMatch(call.match).ScheduleSessionAsync(call.schedule));
        return answer.Value.Outcome switch
        {
            ScheduleOutcome.Scheduled => Scheduled(answer.Value.Session!.Value, schedule),
            ScheduleOutcome.ChallengesMissing => MissingChallenges(request),
            ScheduleOutcome.MatchNotFound => MatchNotFound,
            ScheduleOutcome.NotParticipant => NotParticipant,
            ScheduleOutcome.MatchNotAccepted => NotAccepted(answer.Value.MatchStatus),
            ScheduleOutcome.ChallengesInvalid => InvalidChallenges,
            ScheduleOutcome.TimeNotInFuture => NotInFuture,
            ScheduleOutcome.AlreadyActive => AlreadyActive,
        };
    }

    private static Answer<CreateSessionAnswer> Scheduled(SessionId session, ScheduleSession schedule) => new(new(
        Success: true, session.Value, $"Session scheduled successfully at {schedule.VenueName}", schedule.ScheduledAt, schedule.VenueName,
        NotificationsSent: false));

    private static Refusal NotAccepted(string? status) =>
        new(400, RefusalCode.MatchNotAccepted, $"Match status must be 'accepted' to schedule sessions (current: {status})");

    private static FieldErrors MissingChallenges(CreateSessionRequest request)
    {
        var errors = new FieldErrors();
        if (request.User1ChallengeId is null) errors.Add("missing", ["body", "user1_challenge_id"], "Field required");
        if (request.User2ChallengeId is null) errors.Add("missing", ["body", "user2_challenge_id"], "Field required");
        return errors;
    }
}
