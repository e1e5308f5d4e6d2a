using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Wingman.Authentication;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The body of a confirmation.</summary>
/// <param name="SessionId">The session, in lower case.</param>
/// <example>{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11"}</example>
internal sealed record ConfirmCompletionRequest([property: Uuid(lowerCase: true)] Guid SessionId) : IJsonBody<ConfirmCompletionRequest>
{
    // This endpoint is called for every session. Reading the body without a JsonDocument and a string saves 0.6 KB and some microseconds
    // per request, as do the answers below, which are encoded only once.
    static ConfirmCompletionRequest? IJsonBody<ConfirmCompletionRequest>.ReadPlain(ReadOnlySpan<byte> json)
    {
        Guid session = default;
        var reader = new Utf8JsonReader(json);
        var isPlain = reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("session_id"u8)
            && reader.Read() && reader.TokenType == JsonTokenType.String && UuidAttribute.TryReadLowerCase(reader.ValueSpan, out session)
            && reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        return isPlain ? new(session) : null;
    }
}

/// <summary>The answer to a confirmation.</summary>
/// <param name="Success">True.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="BothConfirmed">Whether both participants have confirmed.</param>
/// <param name="ReputationUpdated">Whether the session counts for both users' reputations now.</param>
/// <param name="SessionStatus">The session's status now.</param>
/// <example>{"success":true,"message":"Session already completed","both_confirmed":true,"reputation_updated":true,"session_status":"completed"}</example>
internal sealed record ConfirmCompletionAnswer(bool Success, string Message, bool BothConfirmed, bool ReputationUpdated, SessionStatus SessionStatus);

/// <summary><c>POST /api/session/confirm-completion</c>: a participant confirms that the session was completed.</summary>
internal sealed class ConfirmCompletion : IEndpoint
{
    private static readonly Answer<ConfirmCompletionAnswer> Completed =
        Ok("Session marked as completed! Both participants have confirmed completion and reputation updated.", SessionStatus.Completed);

    private static readonly Answer<ConfirmCompletionAnswer> AlreadyCompleted = Ok("Session already completed", SessionStatus.Completed);
    private static readonly Answer<ConfirmCompletionAnswer> WaitingScheduled = Waiting(SessionStatus.Scheduled);
    private static readonly Answer<ConfirmCompletionAnswer> WaitingInProgress = Waiting(SessionStatus.InProgress);

    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/session/confirm-completion", HandleAsync)
        .WithName("confirm-completion").WithTags("Sessions").Refuses(SessionRefusals.OfConfirmations);

    /// <summary>Confirm that a session was completed</summary>
    /// <remarks>
    /// Records that a participant confirms the session. If the buddy has confirmed too, the session is completed and both users'
    /// reputations are credited, in one commit. Calling again changes nothing, and gets the same answer, or the answer that the session
    /// is already completed.
    /// </remarks>
    /// <param name="request">The body.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="calls">The grains.</param>
    /// <response code="200">Recorded, completed, or already completed.</response>
    public static async Task<Results<Answer<ConfirmCompletionAnswer>, Refusal>> HandleAsync(
        ConfirmCompletionRequest request, ClaimsPrincipal caller, GrainCalls calls)
    {
        if (caller.User() is not { } user) return SessionRefusals.NotParticipant;

        var answer = await calls.IdempotentAsync(
            (session: new SessionId(request.SessionId), user),
            static (grains, call) => grains.GetSession(call.session).ConfirmCompletionAsync(call.user),
            isFrequent: true);
        return answer.Value.Outcome switch
        {
            ConfirmOutcome.Completed => Completed,
            ConfirmOutcome.AlreadyCompleted => AlreadyCompleted,
            ConfirmOutcome.WaitingForBuddy => answer.Value.Status == SessionStatus.InProgress ? WaitingInProgress : WaitingScheduled,
            _ => SessionRefusals.ForConfirmation(answer.Value),
        };
    }

    private static Answer<ConfirmCompletionAnswer> Waiting(SessionStatus status) =>
        Ok("Completion confirmation recorded. Waiting for your buddy to confirm their completion.", status);

    private static Answer<ConfirmCompletionAnswer> Ok(string message, SessionStatus status)
    {
        var both = status == SessionStatus.Completed;
        return new(new(Success: true, message, both, ReputationUpdated: both, status));
    }
}
