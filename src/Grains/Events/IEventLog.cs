namespace Wingman.Events;

/// <summary>Appends to the log what no write of a row carries: what was noticed, not done.</summary>
internal interface IEventLog
{
    /// <summary>Appends one entry.</summary>
    /// <param name="session">The session it belongs to, or null.</param>
    /// <param name="entry">What happened.</param>
    /// <param name="detail">More, for people to read; null for none.</param>
    /// <exception cref="StorageException">It is not appended, or it is unknown whether it is.</exception>
    Task AppendAsync(SessionId? session, LogEntry entry, string? detail);
}
