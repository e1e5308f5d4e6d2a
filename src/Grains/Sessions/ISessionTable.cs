namespace Wingman.Sessions;

/// <summary>Reads about sessions that their grains' state does not answer: what only participants see, and which sessions are overdue.</summary>
/// <remarks>Every method throws <see cref="StorageException"/> when the database could not be queried.</remarks>
internal interface ISessionTable
{
    /// <summary>A session as its row stands, with all columns; null if there is none.</summary>
    Task<SessionDetails?> FindAsync(SessionId session);

    /// <summary>Opens a no-show again, if its row still has the flags that were decided on and its match has no open session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="next">What was decided.</param>
    Task<ReopenResult> ReopenAsync(SessionId session, SessionState next);

    /// <summary>How many sessions two users have completed with each other in the day after a time, in all their matches.</summary>
    Task<long> CountCompletionsAsync(UserId user1, UserId user2, DateTimeOffset since);

    /// <summary>A session as its row stands, with the row's version and the log's position; null if there is none.</summary>
    Task<LiveSessionDetails?> FindLiveDetailsAsync(SessionId session);

    /// <summary>Which of the given sessions' rows have another version than the given one, or are gone.</summary>
    /// <param name="known">The sessions, with the versions that are known of their rows.</param>
    Task<IReadOnlyList<SessionId>> FindChangedAsync(IReadOnlyCollection<KeyValuePair<SessionId, string>> known);

    /// <summary>The newest lines of a session's log between two positions, oldest first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="after">Lines that were visible to this snapshot are left out.</param>
    /// <param name="until">Lines that were not visible to this snapshot are left out.</param>
    /// <param name="limit">At most how many.</param>
    Task<IReadOnlyList<LoggedChange>> ReadLogAsync(SessionId session, LogSnapshot after, LogSnapshot until, int limit);

    /// <summary>Sessions that are not over and were scheduled for a time within a range, oldest first.</summary>
    /// <param name="since">The beginning of the range, inclusive.</param>
    /// <param name="until">The end of the range, inclusive.</param>
    /// <param name="after">Where the previous page ended, or null to begin with the oldest.</param>
    /// <param name="limit">At most how many.</param>
    Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset since, DateTimeOffset until, OverdueSession? after, int limit);
}

/// <summary>A session whose time has passed.</summary>
/// <param name="Session">The session.</param>
/// <param name="ScheduledAt">When it was to take place.</param>
internal sealed record OverdueSession(SessionId Session, DateTimeOffset ScheduledAt);

/// <summary>The result of opening a no-show again.</summary>
internal enum ReopenResult
{
    /// <summary>It is open, durably, and the log has it.</summary>
    Done,

    /// <summary>Someone else has changed the row: decide again.</summary>
    Changed,

    /// <summary>The match has another open session.</summary>
    OtherIsOpen,
}
