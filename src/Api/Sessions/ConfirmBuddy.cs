using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of the older confirmation.</summary>
/// <param name="BuddyUserId">The other participant, in lower case.</param>
/// <example>{"buddy_user_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44"}</example>
internal sealed record ConfirmBuddyRequest([property: Uuid(lowerCase: true)] Guid BuddyUserId) : IJsonBody<ConfirmBuddyRequest>;

/// <summary>The answer to the older confirmation.</summary>
/// <param name="Success">True.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="SessionStatus">The session's status now.</param>
/// <param name="BothConfirmed">Whether both participants have confirmed.</param>
/// <example>{"success":true,"message":"Confirmation recorded. Waiting for your buddy to confirm your completion.","session_status":"scheduled","both_confirmed":false}</example>
internal sealed record ConfirmBuddyAnswer(bool Success, string Message, SessionStatus SessionStatus, bool BothConfirmed);

/// <summary>
/// <c>POST /api/session/{session_id}/confirm</c>: the older form of <see cref="ConfirmCompletion"/>, with answers of its own. Both record
/// the same confirmation of the caller, so that one user cannot complete a session alone by calling both.
/// </summary>
internal sealed class ConfirmBuddy : IEndpoint
{
    private static readonly Refusal NotBuddy =
        new(400, RefusalCode.NotBuddy, "Invalid buddy user ID - must be the other session participant");

    private static readonly Refusal OwnConfirmation =
        new(400, RefusalCode.OwnConfirmation, "Cannot confirm your own completion - only your buddy can confirm you");

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/session/{session_id}/confirm", HandleAsync)
        .WithName("confirm-buddy").WithTags("Sessions")
        .Refuses(NotBuddy, OwnConfirmation).Refuses(SessionRefusals.OfConfirmations);

    /// <summary>Confirm a session by naming the buddy (older)</summary>
    /// <remarks>
    /// Records the same confirmation as `confirm-completion`, so that one user cannot complete a session alone by calling both. Refused
    /// before the session's scheduled time.
    /// </remarks>
    /// <param name="session">The session.</param>
    /// <param name="request">The body.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">Recorded, completed, or already completed.</response>
    public static async Task<Results<Answer<ConfirmBuddyAnswer>, Refusal>> HandleAsync(
        [FromRoute(Name = "session_id"), Description("The session.")] SessionId session, ConfirmBuddyRequest request, ClaimsPrincipal caller, GrainCalls calls)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var answer = await calls.IdempotentAsync(
            (session, user, buddy: new UserId(request.BuddyUserId)),
            static (grains, call) => grains.GetSession(call.session).ConfirmBuddyAsync(call.user, call.buddy));
        return answer.Value.Outcome switch
        {
            ConfirmOutcome.Completed => Ok("Session marked as completed! Both participants have confirmed each other's challenges.", SessionStatus.Completed),
            ConfirmOutcome.AlreadyCompleted => Ok("Confirmation recorded. Session completed!", SessionStatus.Completed),
            ConfirmOutcome.WaitingForBuddy => Ok("Confirmation recorded. Waiting for your buddy to confirm your completion.", answer.Value.Status),
            ConfirmOutcome.NotBuddy => NotBuddy,
            ConfirmOutcome.OwnConfirmation => OwnConfirmation,
            _ => SessionRefusals.ForConfirmation(answer.Value),
        };
    }

    private static Answer<ConfirmBuddyAnswer> Ok(string message, SessionStatus status) =>
        new(new(Success: true, message, status, BothConfirmed: status == SessionStatus.Completed));
}
