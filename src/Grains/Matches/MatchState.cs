using System.Text.Json.Serialization;
using Wingman.Sessions;

namespace Wingman.Matches;

/// <summary>A match as stored. An instance with no users stands for "no such match".</summary>
internal sealed record MatchState
{
    /// <summary>The schema version of the stored form.</summary>
    [JsonPropertyName("v")]
    public int SchemaVersion { get; init; } = 1;

    public UserId User1 { get; init; }

    public UserId User2 { get; init; }

    public MatchStatus Status { get; init; }

    /// <summary>The session that this very write schedules: its row is written in the commit that stores this.</summary>
    public ScheduledSession? LastScheduled { get; init; }

    [JsonIgnore]
    public bool IsKnown => User1 != default;
}

/// <summary>A session at its birth.</summary>
internal sealed record ScheduledSession
{
    public SessionId Id { get; init; }

    public required string VenueName { get; init; }

    public DateTimeOffset ScheduledAt { get; init; }

    public Guid? User1ChallengeId { get; init; }

    public Guid? User2ChallengeId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
