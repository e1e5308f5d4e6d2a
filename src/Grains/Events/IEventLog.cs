using Wingman.Operators;
using Wingman.State;

namespace Wingman.Events;

/// <summary>Appends to the log the events that no write of a row appends, such as a change by others that a grain noticed.</summary>
internal interface IEventLog
{
    /// <summary>Appends one entry.</summary>
    /// <param name="session">The session it belongs to, or null.</param>
    /// <param name="entry">What happened.</param>
    /// <param name="detail">More, for people to read; null for none.</param>
    /// <exception cref="StorageException">It is not appended, or it is unknown whether it is.</exception>
    Task AppendAsync(SessionId? session, LogEntry entry, string? detail);

    /// <summary>
    /// Appends that another program has changed a session. Nothing is appended if one of our hosts wrote the row that was read: the log
    /// then has a line of the transaction that wrote it. This happens when a silo hung, was replaced, and reads what its successor wrote.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="entry">What happened.</param>
    /// <param name="detail">What is different, for people to read.</param>
    /// <param name="read">The version of the row that was read; null if there is no row.</param>
    /// <returns>Whether it is appended.</returns>
    /// <exception cref="StorageException">It is not appended, or it is unknown whether it is.</exception>
    Task<bool> AppendForeignChangeAsync(SessionId session, LogEntry entry, string detail, RowVersion? read);

    /// <summary>
    /// Removes a user's id from the next part of the log. If it was there, a line without a user records the operator's act in
    /// the same commit.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="act">Who does it, and why.</param>
    /// <param name="at">The present.</param>
    /// <param name="after">Where the previous part ended; null to begin with the oldest line.</param>
    /// <returns>How many lines named the user, and where the part ended; null at the end of the log.</returns>
    /// <exception cref="StorageException">It is not done, or it is unknown whether it is; retrying is safe.</exception>
    Task<(long Lines, ErasurePosition? Next)> EraseAsync(UserId user, OperatorAct act, DateTimeOffset at, ErasurePosition? after);
}
