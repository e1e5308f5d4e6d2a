namespace Wingman.Sessions;

/// <summary>
/// Reads the product's sessions table, which equals the grains' states at every commit and also holds sessions that no
/// grain has touched yet, and what only the product keeps (venue, notes).
/// </summary>
internal interface ISessionTable
{
    /// <summary>A session as its row stands.</summary>
    /// <exception cref="StorageFailedException">The database could not be asked.</exception>
    Task<SessionDetails?> FindAsync(SessionId session);

    /// <summary>Whether the match has a session that is not over.</summary>
    /// <exception cref="StorageFailedException">The database could not be asked.</exception>
    /// <exception cref="StorageOverloadedException">Too many ask already.</exception>
    Task<bool> HasActiveAsync(MatchId match);

    /// <summary>Sessions that are not over and were scheduled before an instant, oldest first.</summary>
    /// <param name="scheduledBefore">The instant.</param>
    /// <param name="after">Where the previous page ended, or null to begin with the oldest.</param>
    /// <param name="limit">At most how many.</param>
    /// <exception cref="StorageFailedException">The database could not be asked.</exception>
    Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset scheduledBefore, OverdueSession? after, int limit);
}

/// <summary>A session whose time has passed.</summary>
/// <param name="Session">The session.</param>
/// <param name="ScheduledAt">When it was to take place.</param>
internal sealed record OverdueSession(SessionId Session, DateTimeOffset ScheduledAt);
