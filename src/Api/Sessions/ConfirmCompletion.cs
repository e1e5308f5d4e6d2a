using System.Text.Json.Serialization;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a confirmation.</summary>
internal readonly record struct ConfirmCompletionRequest([property: JsonRequired] Guid SessionId)
{
    /// <summary>Takes the fields.</summary>
    public static ConfirmCompletionRequest Read(RequestFields fields) => new(fields.PatternedUuid("session_id"));
}

/// <summary>The answer to a confirmation.</summary>
internal sealed record ConfirmCompletionAnswer(bool Success, string Message, bool BothConfirmed, bool ReputationUpdated, string SessionStatus);

/// <summary><c>POST /api/session/confirm-completion</c>: a participant's word that the session was completed.</summary>
internal sealed class ConfirmCompletion(GrainCalls calls)
{
    private static readonly CachedResponse Completed = Ok(
        "Session marked as completed! Both participants have confirmed completion and reputation updated.", both: true, SessionStatus.Completed);

    private static readonly CachedResponse AlreadyCompleted = Ok("Session already completed", both: true, SessionStatus.Completed);
    private static readonly CachedResponse WaitingScheduled = Waiting(SessionStatus.Scheduled);
    private static readonly CachedResponse WaitingInProgress = Waiting(SessionStatus.InProgress);

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        if (await RequestBody.ReadAsync(http, ConfirmCompletionRequest.Read) is not { } request)
            return;
        if (caller.User is not { } user)
        {
            await SessionRefusals.NotParticipant.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(
            (Session: new SessionId(request.SessionId), User: user),
            static (grains, call) => grains.GetSession(call.Session).ConfirmCompletionAsync(call.User));
        await AnswerFor(answer.Value).WriteAsync(http);
    }

    private static CachedResponse AnswerFor(ConfirmCompletionResult result) => result.Outcome switch
    {
        ConfirmOutcome.Completed => Completed,
        ConfirmOutcome.AlreadyCompleted => AlreadyCompleted,
        ConfirmOutcome.WaitingForBuddy => result.Status == SessionStatus.InProgress ? WaitingInProgress : WaitingScheduled,
        _ => SessionRefusals.ForConfirmation(result),
    };

    private static CachedResponse Waiting(SessionStatus status) => Ok(
        "Completion confirmation recorded. Waiting for your buddy to confirm their completion.", both: false, status);

    private static CachedResponse Ok(string message, bool both, SessionStatus status) => CachedResponse.Json(
        StatusCodes.Status200OK,
        new ConfirmCompletionAnswer(true, message, both, ReputationUpdated: both, WireNames.Of(status)),
        WireJson.Context.ConfirmCompletionAnswer);
}
