using System.Text.Json.Serialization;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a change of notes.</summary>
internal readonly record struct UpdateNotesRequest([property: JsonRequired] string Notes)
{
    /// <summary>Takes the fields. Blanks around the notes are not kept.</summary>
    public static UpdateNotesRequest Read(RequestFields fields) => new(fields.Text("notes", min: 0, max: 2000).Trim());
}

/// <summary>The answer to a change of notes.</summary>
internal sealed record UpdateNotesAnswer(bool Success, string Message, string UpdatedNotes);

/// <summary><c>PATCH /api/session/{session_id}/notes</c>: a participant replaces the session's notes.</summary>
internal sealed class UpdateNotes(GrainCalls calls)
{
    /// <summary>Serves a request.</summary>
    public async Task HandleAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var session = new SessionId(Uuids.OfPath(http, "session_id", errors));
        if (await RequestBody.ReadAsync(http, UpdateNotesRequest.Read, errors) is not { } request)
            return;
        if (caller.User is not { } user)
        {
            await SessionRefusals.NotParticipant.WriteAsync(http);
            return;
        }
        var answer = await calls.IdempotentAsync(
            (Session: session, User: user, request.Notes),
            static (grains, call) => grains.GetSession(call.Session).UpdateNotesAsync(call.User, call.Notes));
        await (answer.Value switch
        {
            UpdateNotesOutcome.Updated => http.Response.WriteJsonAsync(
                StatusCodes.Status200OK,
                new UpdateNotesAnswer(true, "Session notes updated successfully", request.Notes),
                WireJson.Context.UpdateNotesAnswer),
            UpdateNotesOutcome.NotFound => SessionRefusals.NotFound.WriteAsync(http),
            UpdateNotesOutcome.NotParticipant => SessionRefusals.NotParticipant.WriteAsync(http),
            _ => throw new InvalidOperationException($"No answer is known for the outcome {answer.Value}."),
        });
    }
}
