using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary><c>GET /api/session/{session_id}</c>.</summary>
internal sealed class GetSession : IEndpoint
{
    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapRead("/session/{session_id}", HandleAsync)
        .WithName("get-session").WithTags("Sessions")
        .Refuses(SessionRefusals.NotFound, SessionRefusals.NotParticipant);

    /// <summary>Read a session</summary>
    /// <remarks>
    /// For a participant. Names and challenges are read from the product's tables; where the database has none, they are placeholders.
    /// </remarks>
    /// <param name="session">The session.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">The session.</response>
    public static async Task<Results<Answer<SessionView>, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id"), Description("The session.")] SessionId session, ClaimsPrincipal caller, GrainCalls calls)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var answer = await calls.IdempotentAsync(
            (session, user), static (grains, call) => grains.GetSession(call.session).GetAsync(call.user), isFrequent: true);
        return answer.Value.Outcome switch
        {
            GetSessionOutcome.Found => new Answer<SessionView>(SessionView.Of(answer.Value.Session!)),
            GetSessionOutcome.NotParticipant => SessionRefusals.NotParticipant,
            GetSessionOutcome.NotFound => SessionRefusals.NotFound,
        };
    }
}
