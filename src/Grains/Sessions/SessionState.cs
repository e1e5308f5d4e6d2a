using System.Text.Json.Serialization;

namespace Wingman.Sessions;

/// <summary>What a session's rules look at: its stored state. An instance with no match stands for "no such session".</summary>
internal sealed record SessionState
{
    /// <summary>The schema version of the stored form.</summary>
    [JsonPropertyName("v")]
    public int SchemaVersion { get; init; } = 1;

    public MatchId Match { get; init; }

    public UserId User1 { get; init; }

    public UserId User2 { get; init; }

    public SessionStatus Status { get; init; }

    public bool User1Confirmed { get; init; }

    public bool User2Confirmed { get; init; }

    public DateTimeOffset ScheduledAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    [JsonIgnore]
    public bool IsKnown => Match != default;

    [JsonIgnore]
    public bool IsOver => Status is SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow;

    public bool HasConfirmed(UserId participant) => participant == User1 ? User1Confirmed : User2Confirmed;

    public bool HasParticipant(UserId user) => user == User1 || user == User2;
}
