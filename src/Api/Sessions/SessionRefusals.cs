using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>The refusals that endpoints of a session share.</summary>
internal static class SessionRefusals
{
    public static readonly Refusal NotFound = new(404, RefusalCode.SessionNotFound, "Session not found", isVerbatim: true);

    public static readonly Refusal NotParticipant =
        new(403, RefusalCode.NotParticipant, "Access denied - user is not a participant in this session", isVerbatim: true);

    public static readonly Refusal TooManyStreamsOfUser =
        new(429, RefusalCode.TooManyStreams, "Too many live streams of this user are open on this host; close one first", isTransient: true);

    public static readonly Refusal TooManyStreams =
        new(503, RefusalCode.Overloaded, "Too many live streams are open on this host; try again in a moment", isTransient: true);

    public static readonly Refusal Stopping =
        new(503, RefusalCode.Stopping, "This host is stopping; connect again", isTransient: true);

    private static readonly Refusal Cancelled = new(409, RefusalCode.SessionCancelled, "Session was cancelled and cannot be confirmed");
    private static readonly Refusal NoShow = new(409, RefusalCode.SessionNoShow, "Session ended as a no-show and cannot be confirmed");

    private static readonly Refusal CompletionLimit = new(
        409, RefusalCode.CompletionLimit, "These two users have completed as many sessions with each other within 24 hours as they may; confirm later");

    /// <summary>All refusals of the two confirmations.</summary>
    public static Refusal[] OfConfirmations { get; } =
        [NotFound, NotParticipant, Cancelled, NoShow, CompletionLimit, TooEarly(new DateTimeOffset(2030, 1, 1, 18, 0, 0, TimeSpan.Zero)), Refusals.StorageRefused];

    /// <summary>The refusal for an outcome of one of the two confirmations.</summary>
    public static Refusal ForConfirmation(ConfirmCompletionResult result) => result.Outcome switch
    {
        ConfirmOutcome.NotFound => NotFound,
        ConfirmOutcome.NotParticipant => NotParticipant,
        ConfirmOutcome.Cancelled => Cancelled,
        ConfirmOutcome.NoShow => NoShow,
        ConfirmOutcome.CompletionLimit => CompletionLimit,
        ConfirmOutcome.TooEarly => TooEarly(result.ConfirmableFrom),
        _ => throw new InvalidOperationException($"No answer is known for the outcome {result.Outcome}."),
    };

    private static Refusal TooEarly(DateTimeOffset? from) =>
        new(400, RefusalCode.TooEarly, $"Cannot confirm completion before scheduled time ({from?.UtcDateTime:yyyy-MM-dd HH:mm} UTC)");
}
