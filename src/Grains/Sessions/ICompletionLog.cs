namespace Wingman.Sessions;

/// <summary>Reads from the log how long completions took.</summary>
internal interface ICompletionLog
{
    /// <summary>
    /// The time from the first confirmation to the completion, of those sessions whose row the first confirmation had written last.
    /// The others are left out.
    /// </summary>
    /// <param name="completions">The completions.</param>
    /// <exception cref="StorageException">The database could not be queried.</exception>
    Task<IReadOnlyList<TimeSpan>> FindTimesAsync(IReadOnlyCollection<Completion> completions);
}

/// <summary>A session that a confirmation has completed.</summary>
/// <param name="Session">The session.</param>
/// <param name="DecidedOn">The transaction that had written the row on which the completion was decided (its <c>xmin</c>).</param>
/// <param name="At">When it was completed.</param>
internal readonly record struct Completion(SessionId Session, uint DecidedOn, DateTimeOffset At);
