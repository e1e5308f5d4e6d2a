using Orleans.Concurrency;

namespace Wingman.Reputation;

/// <summary>
/// One user's reputation: a fold over the ledger of credits, plus what the user brought along from before this service.
/// It never adds up on its own, so being told of a credit twice, or never, changes no sum.
/// </summary>
/// <remarks>Reads may throw <see cref="StorageFailedException"/> and <see cref="StorageOverloadedException"/>.</remarks>
[Alias("Wingman.IUserReputationGrain")]
public interface IUserReputationGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Says that the ledger has a new credit of this user, so that the next read looks. Touches no storage; repeating is safe.
    /// </summary>
    /// <returns>When the grain knows.</returns>
    [Alias("Credited"), AlwaysInterleave, ResponseTimeout("00:00:01")]
    Task CreditedAsync();

    /// <summary>
    /// The user's reputation: exact after a credit this grain was told of, and never older than the configured few seconds.
    /// A user nobody knows has no credits.
    /// </summary>
    /// <returns>The sums.</returns>
    [Alias("Get")]
    Task<UserReputation> GetAsync();

    /// <summary>A page of the user's credits, newest first, straight from the ledger.</summary>
    /// <param name="after">Where the previous page ended, or null for the first page.</param>
    /// <param name="limit">At most how many credits, 1 to 100.</param>
    /// <returns>The page.</returns>
    [Alias("GetHistory"), AlwaysInterleave]
    Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit);

    /// <summary>What this activation knows, for the operators' dashboard. Reads nothing, changes nothing.</summary>
    /// <returns>The last fold, or null if there was none yet.</returns>
    [Alias("GetState"), AlwaysInterleave]
    Task<UserReputation?> GetStateAsync();
}
