namespace Wingman.Matches;

/// <summary>
/// One match: the two users, and the sessions they schedule, at most one active at a time. Its state is its row in
/// <c>wingman_matches</c>. A change is durable before the answer that reports it is given.
/// </summary>
/// <remarks>All methods may throw <see cref="StorageException"/>.</remarks>
[Alias("Wingman.IMatchGrain")]
public interface IMatchGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Registers the match or sets its status. For the service role; the API checks that. Calling again with the same values
    /// changes nothing.
    /// </summary>
    /// <param name="match">The two users and the status.</param>
    /// <returns>The outcome.</returns>
    [Alias("Register")]
    Task<RegisterMatchOutcome> RegisterAsync(RegisterMatch match);

    /// <summary>
    /// Schedules a session. With an id chosen by the caller, a retry is safe and gets the same answer as the first attempt. Without one, a
    /// retry finds the session as the active one (<see cref="ScheduleOutcome.AlreadyActive"/>).
    /// </summary>
    /// <param name="session">Where and when, and who asks.</param>
    /// <returns>The outcome.</returns>
    [Alias("Schedule")]
    Task<ScheduleSessionResult> ScheduleSessionAsync(ScheduleSession session);

    /// <summary>The state that this activation has in memory, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The state, or null if no such match is known.</returns>
    [Alias("GetState")]
    Task<MatchSnapshot?> GetStateAsync();
}
