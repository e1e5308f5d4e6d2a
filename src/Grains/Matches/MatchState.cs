namespace Wingman.Matches;

/// <summary>What the rules read of a match: its row in <c>wingman_matches</c>, and which of its sessions are active.</summary>
internal sealed record MatchState
{
    public UserId User1 { get; init; }

    public UserId User2 { get; init; }

    /// <summary>The status text; <see cref="MatchStatus.Pending"/> where the row has none.</summary>
    public string Status { get; init; } = MatchStatus.Pending;

    /// <summary>The match's sessions that are not over, at most eight. There is more than one only if another program inserted them.</summary>
    public IReadOnlyList<Guid> ActiveSessions { get; init; } = [];

    /// <summary>
    /// A session that the write of this state inserts, in the same commit. It is not part of the row: a state that was read has none.
    /// </summary>
    public NewSession? NewSession { get; init; }
}

/// <summary>A session to insert.</summary>
internal sealed record NewSession
{
    public SessionId Id { get; init; }

    public required string VenueName { get; init; }

    public DateTimeOffset ScheduledAt { get; init; }

    public Guid? User1ChallengeId { get; init; }

    public Guid? User2ChallengeId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The participant who scheduled it, or null for the service role.</summary>
    public UserId? ScheduledBy { get; init; }
}
