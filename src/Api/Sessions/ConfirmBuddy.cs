using System.Text.Json.Serialization;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of the older confirmation.</summary>
internal readonly record struct ConfirmBuddyRequest([property: JsonRequired] Guid BuddyUserId)
{
    /// <summary>Takes the fields.</summary>
    public static ConfirmBuddyRequest Read(RequestFields fields) => new(fields.PatternedUuid("buddy_user_id"));
}

/// <summary>The answer to the older confirmation.</summary>
internal sealed record ConfirmBuddyAnswer(bool Success, string Message, string SessionStatus, bool BothConfirmed);

/// <summary>
/// <c>POST /api/session/{session_id}/confirm</c>: the older way to say the same as <see cref="ConfirmCompletion"/>, in its own
/// words. Behind both is one word of the caller, so that nobody completes a session alone.
/// </summary>
internal sealed class ConfirmBuddy(GrainCalls calls)
{
    private static readonly CachedResponse Completed =
        Ok("Session marked as completed! Both participants have confirmed each other's challenges.", SessionStatus.Completed, both: true);

    private static readonly CachedResponse AlreadyCompleted = Ok("Confirmation recorded. Session completed!", SessionStatus.Completed, both: true);
    private static readonly CachedResponse WaitingScheduled = Waiting(SessionStatus.Scheduled);
    private static readonly CachedResponse WaitingInProgress = Waiting(SessionStatus.InProgress);

    private static readonly CachedResponse NotBuddy =
        CachedResponse.Detail(400, "Invalid buddy user ID - must be the other session participant");

    private static readonly CachedResponse OwnConfirmation =
        CachedResponse.Detail(400, "Cannot confirm your own completion - only your buddy can confirm you");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var session = new SessionId(Uuids.OfPath(http, "session_id", errors));
        if (await RequestBody.ReadAsync(http, ConfirmBuddyRequest.Read, errors) is not { } request)
            return;
        if (caller.User is not { } user)
        {
            await SessionRefusals.NotParticipant.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(
            (Session: session, User: user, Buddy: new UserId(request.BuddyUserId)),
            static (grains, call) => grains.GetSession(call.Session).ConfirmBuddyAsync(call.User, call.Buddy));
        await AnswerFor(answer.Value).WriteAsync(http);
    }

    private static CachedResponse AnswerFor(ConfirmCompletionResult result) => result.Outcome switch
    {
        ConfirmOutcome.Completed => Completed,
        ConfirmOutcome.AlreadyCompleted => AlreadyCompleted,
        ConfirmOutcome.WaitingForBuddy => result.Status == SessionStatus.InProgress ? WaitingInProgress : WaitingScheduled,
        ConfirmOutcome.NotBuddy => NotBuddy,
        ConfirmOutcome.OwnConfirmation => OwnConfirmation,
        _ => SessionRefusals.ForConfirmation(result),
    };

    private static CachedResponse Waiting(SessionStatus status) =>
        Ok("Confirmation recorded. Waiting for your buddy to confirm your completion.", status, both: false);

    private static CachedResponse Ok(string message, SessionStatus status, bool both) => CachedResponse.Json(
        StatusCodes.Status200OK, new ConfirmBuddyAnswer(true, message, WireNames.Of(status), both), WireJson.Context.ConfirmBuddyAnswer);
}
