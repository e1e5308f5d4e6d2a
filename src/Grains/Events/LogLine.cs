namespace Wingman.Events;

/// <summary>
/// A position in the log. Lines are read in the order of their positions. A line that is committed later never comes before one that was read.
/// </summary>
/// <param name="Era">The era of the database: a new one begins after a failover or a restored backup. 0 comes before all eras.</param>
/// <param name="Tx">The transaction that wrote the line.</param>
/// <param name="Id">The line.</param>
internal readonly record struct LogPosition(int Era, ulong Tx, long Id) : IComparable<LogPosition>
{
    /// <inheritdoc/>
    public int CompareTo(LogPosition other) => (Era, Tx, Id).CompareTo((other.Era, other.Tx, other.Id));

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>A line of the log.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Kind">What happened: a name, so that a kind that a newer version appended can be read, and skipped.</param>
/// <param name="Session">The session that it belongs to, if any.</param>
/// <param name="Actor">The user who did it; null where nobody did, and after the user's data was erased.</param>
/// <param name="At">When, by the clock of the host that wrote it.</param>
/// <param name="Detail">More, for people to read.</param>
internal sealed record LogLine(LogPosition Position, string Kind, SessionId? Session, UserId? Actor, DateTimeOffset At, string? Detail);

/// <summary>A page of the log.</summary>
/// <param name="Lines">The lines, in order.</param>
/// <param name="Next">Where the next page begins: after this position.</param>
/// <param name="HasMore">Whether more may be read at once.</param>
internal sealed record LogPage(IReadOnlyList<LogLine> Lines, LogPosition Next, bool HasMore);

/// <summary>How far a reader is behind.</summary>
/// <param name="Lines">How many lines it has not read, at most <see cref="MaxLines"/>.</param>
/// <param name="OldestAt">When the oldest of them was written; null if there is none.</param>
internal sealed record LogLag(int Lines, DateTimeOffset? OldestAt)
{
    /// <summary>Lines beyond this number are not counted.</summary>
    public const int MaxLines = 10_000;
}
