using Wingman.Events;

namespace Wingman.Sessions;

/// <summary>What the rules read of a session: its row in <c>wingman_sessions</c>, with the two users of its match.</summary>
internal sealed record SessionState
{
    public MatchId Match { get; init; }

    public UserId User1 { get; init; }

    public UserId User2 { get; init; }

    public SessionStatus Status { get; init; }

    public bool User1Confirmed { get; init; }

    public bool User2Confirmed { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The notes that the write of this state stores; null leaves them as they are. They are not part of what is read.</summary>
    public string? NewNotes { get; init; }

    /// <summary>The line that the write of this state appends to the log. It is not part of the row: a state that was read has none.</summary>
    public LogEntry Event { get; init; }

    public bool IsOver => Status is SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow;

    public bool HasConfirmed(UserId participant) => participant == User1 ? User1Confirmed : User2Confirmed;

    public bool HasParticipant(UserId user) => user == User1 || user == User2;
}
