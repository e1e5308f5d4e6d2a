using System.Text.Json.Serialization;
using Wingman.Matches;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a request to schedule a session.</summary>
internal readonly record struct CreateSessionRequest(
    [property: JsonRequired] Guid MatchId,
    [property: JsonRequired] string VenueName,
    [property: JsonRequired] DateTimeOffset Time,
    Guid? User1ChallengeId,
    Guid? User2ChallengeId)
{
    /// <summary>Takes the fields.</summary>
    public static CreateSessionRequest Read(RequestFields fields) => new(
        fields.Uuid("match_id"),
        fields.Text("venue_name", min: 1, max: 200),
        fields.Instant("time"),
        fields.OptionalUuid("user1_challenge_id"),
        fields.OptionalUuid("user2_challenge_id"));
}

/// <summary>The answer to a request to schedule a session. This service notifies nobody, and says so.</summary>
internal sealed record CreateSessionAnswer(
    bool Success, Guid SessionId, string Message, DateTimeOffset ScheduledTime, string VenueName, bool NotificationsSent);

/// <summary><c>POST /api/session/create</c>: schedules a session of an accepted match.</summary>
internal sealed class CreateSession(GrainCalls calls, TimeProvider clock)
{
    private static readonly CachedResponse MatchNotFound = CachedResponse.Detail(404, "Match not found");
    private static readonly CachedResponse NotInFuture = CachedResponse.Detail(400, "Scheduled time must be in the future");

    private static readonly CachedResponse InvalidChallenges =
        CachedResponse.Detail(400, "One or both challenge IDs are invalid - challenges must exist");

    private static readonly CachedResponse NotParticipant =
        CachedResponse.Detail(403, "Access denied - user is not a participant in this match");

    private static readonly CachedResponse AlreadyActive =
        CachedResponse.Detail(409, "This match already has an active session (scheduled or in progress)");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        if (await RequestBody.ReadAsync(http, CreateSessionRequest.Read) is not { } request)
            return;
        // With an id of ours the call may be repeated: it is the same session each time.
        var id = new SessionId(Guid.CreateVersion7(clock.GetUtcNow()));
        var schedule = new ScheduleSession(caller, request.VenueName, request.Time, request.User1ChallengeId, request.User2ChallengeId, id);
        var answer = await calls.IdempotentAsync(
            (Match: new MatchId(request.MatchId), Schedule: schedule),
            static (grains, call) => grains.GetMatch(call.Match).ScheduleSessionAsync(call.Schedule));
        if (answer.Value.Outcome == ScheduleOutcome.ChallengesMissing)
        {
            await MissingChallenges(request).WriteAsync(http);
            return;
        }
        await (answer.Value is { Outcome: ScheduleOutcome.Scheduled, Session: { } session }
            ? http.Response.WriteJsonAsync(StatusCodes.Status200OK, Scheduled(session, schedule), WireJson.Context.CreateSessionAnswer)
            : RefusalFor(answer.Value).WriteAsync(http));
    }

    private static FieldErrors MissingChallenges(CreateSessionRequest request)
    {
        var errors = new FieldErrors();
        if (request.User1ChallengeId is null) errors.Add("missing", ["body", "user1_challenge_id"], "Field required", "null");
        if (request.User2ChallengeId is null) errors.Add("missing", ["body", "user2_challenge_id"], "Field required", "null");
        return errors;
    }

    private static CreateSessionAnswer Scheduled(SessionId session, ScheduleSession schedule) => new(
        Success: true, session.Value, $"Session scheduled successfully at {schedule.VenueName}", schedule.ScheduledAt, schedule.VenueName, NotificationsSent: false);

    private static CachedResponse RefusalFor(ScheduleSessionResult result) => result.Outcome switch
    {
        ScheduleOutcome.MatchNotFound => MatchNotFound,
        ScheduleOutcome.NotParticipant => NotParticipant,
        ScheduleOutcome.MatchNotAccepted => CachedResponse.Detail(
            400, $"Match status must be 'accepted' to schedule sessions (current: {result.MatchStatus})"),
        ScheduleOutcome.ChallengesInvalid => InvalidChallenges,
        ScheduleOutcome.TimeNotInFuture => NotInFuture,
        ScheduleOutcome.AlreadyActive => AlreadyActive,
        _ => throw new InvalidOperationException($"No answer is known for the outcome {result.Outcome}."),
    };
}
