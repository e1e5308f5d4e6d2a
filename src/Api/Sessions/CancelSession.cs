using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The answer to a change of a session that says no more than its status.</summary>
internal sealed record SessionChange(bool Success, string Message, string SessionStatus);

/// <summary><c>POST /api/session/{session_id}/cancel</c>: a participant calls the session off.</summary>
internal sealed class CancelSession(GrainCalls calls)
{
    private static readonly CachedResponse Cancelled = CachedResponse.Json(
        StatusCodes.Status200OK,
        new SessionChange(true, "Session cancelled", WireNames.Of(SessionStatus.Cancelled)),
        WireJson.Context.SessionChange);

    private static readonly CachedResponse AlreadyCancelled = CachedResponse.Detail(409, "Session was already cancelled");
    private static readonly CachedResponse Completed = CachedResponse.Detail(409, "Session is completed and cannot be cancelled");
    private static readonly CachedResponse NoShow = CachedResponse.Detail(409, "Session ended as a no-show and cannot be cancelled");

    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var session = new SessionId(Uuids.OfPath(http, "session_id", errors));
        if (errors.Any)
        {
            await errors.WriteAsync(http);
            return;
        }
        if (caller.User is not { } user)
        {
            await SessionRefusals.NotParticipant.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(
            (Session: session, User: user),
            static (grains, call) => grains.GetSession(call.Session).CancelAsync(call.User));
        await AnswerFor(answer).WriteAsync(http);
    }

    private static CachedResponse AnswerFor(GrainAnswer<CancelSessionResult> answer) => answer.Value.Outcome switch
    {
        CancelOutcome.Cancelled => Cancelled,
        CancelOutcome.AlreadyOver => answer.Value.Status switch
        {
            // An attempt of this very request, whose answer was lost, may be the one that cancelled it.
            SessionStatus.Cancelled => answer.MayHaveRunBefore ? Cancelled : AlreadyCancelled,
            SessionStatus.NoShow => NoShow,
            _ => Completed,
        },
        CancelOutcome.NotFound => SessionRefusals.NotFound,
        CancelOutcome.NotParticipant => SessionRefusals.NotParticipant,
        _ => throw new InvalidOperationException($"No answer is known for the outcome {answer.Value.Outcome}."),
    };
}
