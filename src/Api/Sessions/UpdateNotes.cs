using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a change of notes.</summary>
/// <param name="Notes">The notes. Blanks at both ends are removed.</param>
/// <example>{"notes":"Great evening."}</example>
internal sealed record UpdateNotesRequest([property: Text(0, 2000)] string Notes) : IJsonBody<UpdateNotesRequest>;

/// <summary>The answer to a change of notes.</summary>
/// <param name="Success">True.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="UpdatedNotes">The notes as they are stored.</param>
/// <example>{"success":true,"message":"Session notes updated successfully","updated_notes":"Great evening."}</example>
internal sealed record UpdateNotesAnswer(bool Success, string Message, string UpdatedNotes);

/// <summary><c>PATCH /api/session/{session_id}/notes</c>.</summary>
internal sealed class UpdateNotes : IEndpoint
{
    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPatch("/session/{session_id}/notes", HandleAsync)
        .WithName("update-notes").WithTags("Sessions")
        .Refuses(SessionRefusals.NotFound, SessionRefusals.NotParticipant, Refusals.StorageRefused);

    /// <summary>Replace a session's notes</summary>
    /// <remarks>For a participant, also of a session that is over. At most 2,000 characters.</remarks>
    /// <param name="session">The session.</param>
    /// <param name="request">The body.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">The notes are stored.</response>
    public static async Task<Results<Answer<UpdateNotesAnswer>, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id"), Description("The session.")] SessionId session, UpdateNotesRequest request, ClaimsPrincipal caller, GrainCalls calls)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var notes = request.Notes.Trim();
        var answer = await calls.IdempotentAsync(
            (session, user, notes), static (grains, call) => grains.GetSession(call.session).UpdateNotesAsync(call.user, call.notes));
        return answer.Value switch
        {
            UpdateNotesOutcome.Updated => new Answer<UpdateNotesAnswer>(new(Success: true, "Session notes updated successfully", notes)),
            UpdateNotesOutcome.NotFound => SessionRefusals.NotFound,
            UpdateNotesOutcome.NotParticipant => SessionRefusals.NotParticipant,
        };
    }
}
