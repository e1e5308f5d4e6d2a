using Orleans.Concurrency;

namespace Wingman.Reputation;

/// <summary>
/// One user's reputation: a count of the rows of their sessions, cached for a moment. Nothing is added up here, so an
/// invalidation that arrives twice, or never, changes no count.
/// </summary>
/// <remarks>Reads may throw <see cref="StorageException"/>.</remarks>
[Alias("Wingman.IUserReputationGrain")]
public interface IUserReputationGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Says that a session of this user has ended, so that the next read counts again. Touches no storage; may be called
    /// again without harm.
    /// </summary>
    /// <returns>When the cached count is void.</returns>
    [Alias("Invalidate"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task InvalidateAsync();

    /// <summary>
    /// The user's reputation: counted after the last invalidation, and never older than the configured few seconds. A user
    /// nobody knows has no credits.
    /// </summary>
    /// <returns>The counts.</returns>
    [Alias("Get")]
    Task<UserReputation> GetAsync();

    /// <summary>A page of the user's credits, newest first, straight from the rows.</summary>
    /// <param name="after">Where the previous page ended, or null for the first page.</param>
    /// <param name="limit">At most how many credits, 1 to 100.</param>
    /// <returns>The page.</returns>
    [Alias("GetHistory"), AlwaysInterleave]
    Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit);

    /// <summary>What this activation has cached, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The last count, or null if there was none yet.</returns>
    [Alias("GetState"), AlwaysInterleave]
    Task<UserReputation?> GetStateAsync();
}
