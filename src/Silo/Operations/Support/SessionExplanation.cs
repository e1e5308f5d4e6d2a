namespace Wingman.Silo.Operations.Support;

/// <summary>Something unusual about a row that an operator should know.</summary>
/// <param name="Code">Its name, the same in every version.</param>
/// <param name="Text">What it is and what it means, in plain words.</param>
internal sealed record Oddity(string Code, string Text);

/// <summary>A line of the log.</summary>
/// <param name="At">When, by the clock of the host.</param>
/// <param name="Kind">What happened: a kind of the log.</param>
/// <param name="Actor">The user who did it; null where nobody did, or who was erased.</param>
/// <param name="Host">The host that decided it.</param>
/// <param name="Operator">The operator who did it; null where no operator did.</param>
/// <param name="Detail">More; for an operator's act, the reason.</param>
/// <param name="Text">The line in plain words.</param>
internal sealed record ExplainedLine(DateTimeOffset At, string Kind, Guid? Actor, string Host, string? Operator, string? Detail, string Text);

/// <summary>One of a session's two users.</summary>
/// <param name="User">The user.</param>
/// <param name="Confirmed">Whether the row has their confirmation.</param>
/// <param name="Counts">What the session counts for them: <c>completed</c>, <c>no_show</c> or nothing.</param>
internal sealed record ExplainedParticipant(Guid User, bool Confirmed, string? Counts);

/// <summary>A session's match.</summary>
/// <param name="Id">The match.</param>
/// <param name="Status">Its status.</param>
/// <param name="User1Counter">The counter of its first user.</param>
/// <param name="User2Counter">The counter of its second user.</param>
/// <param name="CompletedSessions">How many of its sessions are completed.</param>
/// <param name="LoggedCompletions">How many completions of its sessions are in the log.</param>
/// <param name="OtherOpenSessions">Its open sessions beside this one.</param>
internal sealed record ExplainedMatch(
    Guid Id, string? Status, int? User1Counter, int? User2Counter, long CompletedSessions, long LoggedCompletions, IReadOnlyList<Guid> OtherOpenSessions);

/// <summary>Who keeps the session's row, or its match's, locked at this moment.</summary>
/// <param name="Row"><c>session</c> or <c>match</c>.</param>
/// <param name="Pid">The server's process.</param>
/// <param name="Role">The role.</param>
/// <param name="Application">The application's name.</param>
/// <param name="Since">When its transaction began.</param>
/// <param name="State">What it is doing.</param>
internal sealed record ExplainedLock(string Row, int Pid, string? Role, string? Application, DateTimeOffset? Since, string? State);

/// <summary>A session's row as it stands. A user's confirmation is what that user said.</summary>
/// <param name="Status">The status as it is stored; null where there is none.</param>
/// <param name="ScheduledAt">When it takes place.</param>
/// <param name="CompletedAt">When it was completed.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="User1">The match's first user.</param>
/// <param name="User2">The match's second user.</param>
/// <param name="Match">The match.</param>
internal sealed record ExplainedRow(
    string? Status, DateTimeOffset? ScheduledAt, DateTimeOffset? CompletedAt, DateTimeOffset? CreatedAt, ExplainedParticipant User1, ExplainedParticipant User2, ExplainedMatch Match);

/// <summary>What happened to a session, as the database has it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Row">Its row; null where there is none.</param>
/// <param name="Lines">The log's lines of it, in order.</param>
/// <param name="Locks">Who keeps it locked.</param>
/// <param name="NoShowDueAt">When it ends as a no-show if nobody confirms; null where it never does.</param>
internal sealed record SessionExplanation(
    Guid Session, ExplainedRow? Row, IReadOnlyList<ExplainedLine> Lines, IReadOnlyList<ExplainedLock> Locks, DateTimeOffset? NoShowDueAt)
{
    /// <summary>A summary in one sentence.</summary>
    public string Summary => Words.Summarize(this);

    /// <summary>What is odd about it.</summary>
    public required IReadOnlyList<Oddity> Oddities { get; init; }
}
