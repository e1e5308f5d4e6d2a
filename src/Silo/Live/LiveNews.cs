using Wingman.Reputation;

namespace Wingman.Sessions;

/// <summary>What a live stream sends to its client, in whatever form.</summary>
internal abstract record LiveNews;

/// <summary>The session as it is when the stream begins.</summary>
/// <param name="Current">The session.</param>
/// <param name="Reputations">Both users' reputations; null if they could not be read.</param>
internal sealed record LiveState(LiveSessionDetails Current, LiveCounts? Reputations) : LiveNews;

/// <summary>A change.</summary>
/// <param name="Before">The session before it.</param>
/// <param name="Now">The session after it.</param>
/// <param name="Reputations">Both users' reputations; null if they could not be read.</param>
internal sealed record LiveChange(LiveSessionDetails Before, LiveSessionDetails Now, LiveCounts? Reputations) : LiveNews;

/// <summary>A change that the client has missed.</summary>
/// <param name="Line">Its line of the log.</param>
internal sealed record LiveMissed(LoggedChange Line) : LiveNews;

/// <summary>A heartbeat, which shows that the stream is still open.</summary>
/// <param name="At">When.</param>
internal sealed record LiveHeartbeat(DateTimeOffset At) : LiveNews;

/// <summary>The stream ends.</summary>
/// <param name="Reason">Why.</param>
internal sealed record LiveEnd(LiveEndReason Reason) : LiveNews;

/// <summary>Why a stream ends although its client did not end it.</summary>
internal enum LiveEndReason
{
    /// <summary>The session was deleted.</summary>
    Deleted,

    /// <summary>The host stops.</summary>
    Stopping,

    /// <summary>The token with which the stream was opened has expired.</summary>
    TokenExpired,
}

/// <summary>The counts of a session's two users.</summary>
/// <param name="User1">The first user's.</param>
/// <param name="User2">The second user's.</param>
internal sealed record LiveCounts(UserReputation User1, UserReputation User2);
