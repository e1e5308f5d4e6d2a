namespace Wingman.Events;

/// <summary>
/// Reads the log by position, and skips nothing: a page ends before the oldest transaction that is still open, since that one
/// may yet commit a line. So any open transaction that has written something, in any database of the server, holds readers back.
/// </summary>
/// <remarks>All methods may throw <see cref="StorageException"/>: the database could not be queried.</remarks>
internal interface ILogReader
{
    /// <summary>The end of what can be read now. A reader that wants only new lines begins there.</summary>
    Task<LogPosition> FindEndAsync();

    /// <summary>A page of lines.</summary>
    /// <param name="after">The position that the previous page ended with.</param>
    /// <param name="limit">At most how many lines, 1 to 1,000.</param>
    Task<LogPage> ReadAsync(LogPosition after, int limit);

    /// <summary>The lines at the given positions, in order. Lines that are no longer kept are left out.</summary>
    Task<IReadOnlyList<LogLine>> FindAsync(IReadOnlyCollection<LogPosition> positions);

    /// <summary>How far behind a reader is, if it has read up to a position.</summary>
    Task<LogLag> MeasureLagAsync(LogPosition after);
}
