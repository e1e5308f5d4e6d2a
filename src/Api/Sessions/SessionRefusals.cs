using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The refusals that endpoints of a session share.</summary>
internal static class SessionRefusals
{
    public static readonly CachedResponse NotFound = CachedResponse.Detail(404, "Session not found");

    public static readonly CachedResponse NotParticipant =
        CachedResponse.Detail(403, "Access denied - user is not a participant in this session");

    private static readonly CachedResponse Cancelled = CachedResponse.Detail(409, "Session was cancelled and cannot be confirmed");
    private static readonly CachedResponse NoShow = CachedResponse.Detail(409, "Session ended as a no-show and cannot be confirmed");

    /// <summary>What either confirmation answers where it is refused.</summary>
    public static CachedResponse ForConfirmation(ConfirmCompletionResult result) => result.Outcome switch
    {
        ConfirmOutcome.NotFound => NotFound,
        ConfirmOutcome.NotParticipant => NotParticipant,
        ConfirmOutcome.Cancelled => Cancelled,
        ConfirmOutcome.NoShow => NoShow,
        ConfirmOutcome.TooEarly => CachedResponse.Detail(
            400, $"Cannot confirm completion before scheduled time ({result.ConfirmableFrom?.UtcDateTime:yyyy-MM-dd HH:mm} UTC)"),
        _ => throw new InvalidOperationException($"No answer is known for the outcome {result.Outcome}."),
    };
}
