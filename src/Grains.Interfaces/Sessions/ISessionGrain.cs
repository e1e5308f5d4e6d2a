using Orleans.Concurrency;
using Wingman.Operators;

namespace Wingman.Sessions;

/// <summary>
/// One session: handles its confirmations one at a time and completes it when both users have confirmed. Its state is its row in
/// <c>wingman_sessions</c>. A change is durable before the answer that reports it is given; every method may be called again.
/// </summary>
/// <remarks>All methods may throw <see cref="StorageException"/>.</remarks>
[Alias("Wingman.ISessionGrain")]
public interface ISessionGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Records a participant's confirmation that the session was completed. If the buddy has confirmed before, completes the
    /// session: its row, the match's counters and the log are durable, in one commit, on return. Calling again changes
    /// nothing.
    /// </summary>
    /// <param name="participant">The user who confirms.</param>
    /// <returns>The outcome.</returns>
    [Alias("Confirm")]
    Task<ConfirmCompletionResult> ConfirmCompletionAsync(UserId participant);

    /// <summary>
    /// The product's older confirmation: records the same confirmation as <see cref="ConfirmCompletionAsync"/>, but the participant
    /// names the buddy, and it is accepted only from the scheduled time on. Calling either method again changes nothing.
    /// </summary>
    /// <param name="participant">The user who confirms.</param>
    /// <param name="buddy">The other participant.</param>
    /// <returns>The outcome.</returns>
    [Alias("ConfirmBuddy")]
    Task<ConfirmCompletionResult> ConfirmBuddyAsync(UserId participant, UserId buddy);

    /// <summary>Replaces the session's notes, also those of a session that is over. May be called again.</summary>
    /// <param name="participant">The user who writes.</param>
    /// <param name="notes">The notes, at most 2,000 characters.</param>
    /// <returns>The outcome.</returns>
    [Alias("UpdateNotes")]
    Task<UpdateNotesOutcome> UpdateNotesAsync(UserId participant, string notes);

    /// <summary>Cancels the session. A second call finds it already over.</summary>
    /// <param name="participant">The user who cancels.</param>
    /// <returns>The outcome.</returns>
    [Alias("Cancel")]
    Task<CancelSessionResult> CancelAsync(UserId participant);

    /// <summary>Reads the session as it is durable now.</summary>
    /// <param name="participant">The user who asks.</param>
    /// <returns>The session, or why it is not shown.</returns>
    [Alias("Get"), AlwaysInterleave]
    Task<GetSessionResult> GetAsync(UserId participant);

    /// <summary>
    /// Ends the session as a no-show if its grace period has passed. For the sweeper; may be called again.
    /// </summary>
    /// <param name="terms">Which sessions may end as a no-show, and when.</param>
    /// <returns>The outcome.</returns>
    [Alias("Expire")]
    Task<ExpireOutcome> ExpireAsync(NoShowTerms terms);

    /// <summary>
    /// Carries out a repair that an operator orders, if the rules allow it, and logs it as the operator's act in the same commit.
    /// Calling again changes nothing.
    /// </summary>
    /// <param name="repair">The order.</param>
    /// <returns>The outcome, or why it is refused.</returns>
    [Alias("Repair")]
    Task<RepairResult> RepairAsync(SessionRepair repair);

    /// <summary>The state that this activation has in memory, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The state, or null if no such session is known.</returns>
    [Alias("GetState"), AlwaysInterleave]
    Task<SessionSnapshot?> GetStateAsync();
}
