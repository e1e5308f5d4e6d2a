namespace Wingman.Testing.Product;

/// <summary>What an endpoint of the old backend answered. 200 is an acknowledgement; after 500 it is unknown what was stored.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Message">The body's <c>message</c>, or its <c>detail</c> if the request failed.</param>
public sealed record OldAnswer(int StatusCode, string Message)
{
    /// <summary>Whether the request succeeded.</summary>
    public bool Succeeded => StatusCode == 200;

    /// <summary>The body's <c>session_status</c>, where it has one.</summary>
    public string? SessionStatus { get; init; }

    /// <summary>The body's <c>both_confirmed</c>, where it has one.</summary>
    public bool? BothConfirmed { get; init; }

    /// <summary>The body's <c>reputation_updated</c>, where it has one. The answer to a repeated call says true in any case.</summary>
    public bool? ReputationUpdated { get; init; }

    /// <summary>The session that was created.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The reason why the endpoint answered 500.</summary>
    public Exception? Cause { get; init; }

    internal static OldAnswer SessionNotFound { get; } = new(404, "Session not found");

    internal static OldAnswer NotParticipant { get; } = new(403, "Access denied - user is not a participant in this session");

    internal static OldAnswer MatchNotFound { get; } = new(404, "Match not found");
}

/// <summary>A reputation as the old backend answers it, without its cache of five minutes.</summary>
public sealed record OldReputation(int CompletedSessions, int NoShows)
{
    /// <summary>Completed sessions less no-shows, limited to the range from -5 to 20.</summary>
    public int Score => Math.Clamp(CompletedSessions - NoShows, -5, 20);

    /// <summary>The badge's colour.</summary>
    public string BadgeColor => Score switch { >= 10 => "gold", >= 0 => "green", _ => "red" };
}
