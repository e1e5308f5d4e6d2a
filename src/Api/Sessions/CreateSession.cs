using System.Text.Json.Serialization;
using Wingman.Matches;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a wish to meet.</summary>
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

/// <summary>The answer to a wish to meet. Nobody is notified by this service, and it says so.</summary>
internal sealed record CreateSessionAnswer(
    bool Success, Guid SessionId, string Message, DateTimeOffset ScheduledTime, string VenueName, bool NotificationsSent);

/// <summary><c>POST /api/session/create</c>: schedules a session of an accepted match.</summary>
internal sealed class CreateSession(GrainCalls calls)
{
    private static readonly ConstantAnswer MatchNotFound = ConstantAnswer.Detail(404, "Match not found");
    private static readonly ConstantAnswer NotInFuture = ConstantAnswer.Detail(400, "Scheduled time must be in the future");

    private static readonly ConstantAnswer NotParticipant =
        ConstantAnswer.Detail(403, "Access denied - user is not a participant in this match");

    private static readonly ConstantAnswer AlreadyActive =
        ConstantAnswer.Detail(409, "This match already has an active session (scheduled or in progress)");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        if (await RequestBody.ReadAsync(http, CreateSessionRequest.Read) is not { } request)
            return;
        var wish = new ScheduleSession(caller, request.VenueName, request.Time, request.User1ChallengeId, request.User2ChallengeId);
        var answer = await calls.OnceAsync(
            (Match: new MatchId(request.MatchId), Wish: wish),
            static (grains, call) => grains.GetMatch(call.Match).ScheduleSessionAsync(call.Wish));
        await (answer.Value is { Outcome: ScheduleOutcome.Scheduled, Session: { } session }
            ? http.Response.WriteJsonAsync(StatusCodes.Status200OK, Scheduled(session, wish), WireJson.Context.CreateSessionAnswer)
            : RefusalFor(answer.Value).WriteAsync(http));
    }

    private static CreateSessionAnswer Scheduled(SessionId session, ScheduleSession wish) => new(
        Success: true, session.Value, $"Session scheduled successfully at {wish.VenueName}", wish.ScheduledAt, wish.VenueName, NotificationsSent: false);

    private static ConstantAnswer RefusalFor(ScheduleSessionResult result) => result.Outcome switch
    {
        ScheduleOutcome.MatchNotFound => MatchNotFound,
        ScheduleOutcome.NotParticipant => NotParticipant,
        ScheduleOutcome.MatchNotAccepted => ConstantAnswer.Detail(
            400, $"Match status must be 'accepted' to schedule sessions (current: {result.MatchStatus})"),
        ScheduleOutcome.TimeNotInFuture => NotInFuture,
        ScheduleOutcome.AlreadyActive => AlreadyActive,
        _ => throw new InvalidOperationException($"No answer is known for the outcome {result.Outcome}."),
    };
}
