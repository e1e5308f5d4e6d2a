using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary><c>GET /api/session/{session_id}</c>: a session as its participants may see it.</summary>
internal sealed class GetSession(GrainCalls calls)
{
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
            static (grains, call) => grains.GetSession(call.Session).GetAsync(call.User));
        await (answer.Value switch
        {
            { Outcome: GetSessionOutcome.Found, Session: { } details } =>
                http.Response.WriteJsonAsync(StatusCodes.Status200OK, SessionView.Of(details), WireJson.Context.SessionView),
            { Outcome: GetSessionOutcome.NotFound } => SessionRefusals.NotFound.WriteAsync(http),
            { Outcome: GetSessionOutcome.NotParticipant } => SessionRefusals.NotParticipant.WriteAsync(http),
            _ => throw new InvalidOperationException($"No answer is known for the outcome {answer.Value.Outcome}."),
        });
    }
}
