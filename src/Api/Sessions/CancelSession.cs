using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The answer to a cancellation.</summary>
/// <param name="Success">True.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="SessionStatus">The session's status now.</param>
/// <example>{"success":true,"message":"Session cancelled","session_status":"cancelled"}</example>
internal sealed record SessionChange(bool Success, string Message, SessionStatus SessionStatus);

/// <summary><c>POST /api/session/{session_id}/cancel</c>.</summary>
internal sealed class CancelSession : IEndpoint
{
    private static readonly Answer<SessionChange> Cancelled = new(new(true, "Session cancelled", SessionStatus.Cancelled));
    private static readonly Refusal AlreadyCancelled = new(409, RefusalCode.SessionCancelled, "Session was already cancelled");
    private static readonly Refusal Completed = new(409, RefusalCode.SessionCompleted, "Session is completed and cannot be cancelled");
    private static readonly Refusal NoShow = new(409, RefusalCode.SessionNoShow, "Session ended as a no-show and cannot be cancelled");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/session/{session_id}/cancel", HandleAsync)
        .WithName("cancel-session").WithTags("Sessions")
        .Refuses(SessionRefusals.NotFound, SessionRefusals.NotParticipant, AlreadyCancelled, Completed, NoShow, Refusals.StorageRefused);

    /// <summary>Cancel a session</summary>
    /// <remarks>For a participant. A session that is over does not change.</remarks>
    /// <param name="session">The session.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">Cancelled.</response>
    public static async Task<Results<Answer<SessionChange>, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id"), Description("The session.")] SessionId session, ClaimsPrincipal caller, GrainCalls calls)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var answer = await calls.IdempotentAsync(
            (session, user), static (grains, call) => grains.GetSession(call.session).CancelAsync(call.user));
        return answer.Value.Outcome switch
        {
            CancelOutcome.Cancelled => Cancelled,
            CancelOutcome.NotFound => SessionRefusals.NotFound,
            CancelOutcome.NotParticipant => SessionRefusals.NotParticipant,
            // An earlier attempt of this same request, whose answer was lost, may have cancelled the session.
            CancelOutcome.AlreadyOver when answer.Value.Status == SessionStatus.Cancelled && answer.MayHaveRunBefore => Cancelled,
            CancelOutcome.AlreadyOver => RefusalFor(answer.Value.Status),
        };
    }

    private static Refusal RefusalFor(SessionStatus status) => status switch
    {
        SessionStatus.Cancelled => AlreadyCancelled,
        SessionStatus.NoShow => NoShow,
        _ => Completed,
    };
}
