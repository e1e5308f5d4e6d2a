using Orleans.Concurrency;

namespace Wingman.Sessions;

/// <summary>
/// One session: takes its confirmations one at a time and completes it when both are in. Every answer is given after what
/// it says is durable; every method may be repeated.
/// </summary>
/// <remarks>
/// All methods may throw <see cref="StorageFailedException"/>, <see cref="StorageOverloadedException"/> and
/// <see cref="StateConflictException"/>.
/// </remarks>
[Alias("Wingman.ISessionGrain")]
public interface ISessionGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Records a participant's word that the session was completed. With the buddy's word already there, completes the
    /// session: its state, its row, the match's counters and both credits are durable, in one commit, on return.
    /// Repeating is safe and changes nothing.
    /// </summary>
    /// <param name="participant">The user who confirms.</param>
    /// <returns>What came of it.</returns>
    [Alias("Confirm")]
    Task<ConfirmCompletionResult> ConfirmCompletionAsync(UserId participant);

    /// <summary>Calls the session off. Repeating finds it already over.</summary>
    /// <param name="participant">The user who cancels.</param>
    /// <returns>What came of it.</returns>
    [Alias("Cancel")]
    Task<CancelSessionResult> CancelAsync(UserId participant);

    /// <summary>Reads the session as it is durable now.</summary>
    /// <param name="participant">The user who asks.</param>
    /// <returns>The session, or why it is not shown.</returns>
    [Alias("Get"), AlwaysInterleave]
    Task<GetSessionResult> GetAsync(UserId participant);

    /// <summary>
    /// Ends the session as a no-show if its grace period has passed, crediting <c>no_show</c> to whoever did not confirm.
    /// For the sweeper; repeating is safe.
    /// </summary>
    /// <returns>What came of it.</returns>
    [Alias("Expire")]
    Task<ExpireOutcome> ExpireAsync();

    /// <summary>The state this activation acts on, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The state, or null if no such session is known.</returns>
    [Alias("GetState"), AlwaysInterleave]
    Task<SessionSnapshot?> GetStateAsync();
}
