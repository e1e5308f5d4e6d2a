using Orleans.Concurrency;
using Wingman.Operators;

namespace Wingman.Reputation;

/// <summary>
/// One user's reputation: a count of the rows of their sessions, cached for a few seconds. The grain never adds to a count, so an
/// invalidation that arrives twice, or never, cannot make the count wrong.
/// </summary>
/// <remarks>Reads may throw <see cref="StorageException"/>.</remarks>
[Alias("Wingman.IUserReputationGrain")]
public interface IUserReputationGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Invalidates the cached count because a session of this user has ended, so that the next read counts again. Does not access
    /// the storage; may be called again.
    /// </summary>
    /// <returns>When the cached count is no longer valid.</returns>
    [Alias("Invalidate"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task InvalidateAsync();

    /// <summary>
    /// The user's reputation: counted after the last invalidation, and never older than the configured few seconds. An unknown
    /// user has no credits.
    /// </summary>
    /// <returns>The counts.</returns>
    [Alias("Get")]
    Task<UserReputation> GetAsync();

    /// <summary>A page of the user's credits, newest first, read from the rows and never from a cache.</summary>
    /// <param name="after">Where the previous page ended, or null for the first page.</param>
    /// <param name="limit">At most how many credits, 1 to 100.</param>
    /// <returns>The page.</returns>
    [Alias("GetHistory"), AlwaysInterleave]
    Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit);

    /// <summary>
    /// One step of erasing the data about the user that Wingman itself keeps: deletes the state of this reputation, and removes the user's
    /// id from the next part of the log. The product's tables are not changed; as long as they have sessions of the user, a later
    /// read of the reputation stores its state again. Call it until there is no next step; calling again erases what was stored since.
    /// </summary>
    /// <param name="act">Who does it, and why; logged without the user's id.</param>
    /// <param name="after">Where the previous step ended, or null to begin.</param>
    /// <returns>What the step did.</returns>
    [Alias("Erase")]
    Task<ErasureStep> EraseAsync(OperatorAct act, ErasurePosition? after);

    /// <summary>What this activation has cached, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The last count, or null if there was none yet.</returns>
    [Alias("GetState"), AlwaysInterleave]
    Task<UserReputation?> GetStateAsync();
}
