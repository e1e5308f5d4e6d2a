namespace Wingman.Reputation;

/// <summary>Reads the ledger of credits. Nobody writes it but a session's own commit.</summary>
/// <remarks>
/// Every method throws <see cref="StorageFailedException"/> when the database could not be asked, and a fold
/// <see cref="StorageOverloadedException"/> when too many are waiting.
/// </remarks>
internal interface IReputationLedger
{
    /// <summary>Counts a user's credits.</summary>
    Task<CreditCounts> FoldAsync(UserId user);

    /// <summary>
    /// Counts a user's credits and, in the same snapshot, what the product's tables show of sessions that ended without a
    /// credit of ours: before this service took over.
    /// </summary>
    Task<(CreditCounts Brought, CreditCounts Folded)> FoldWithBroughtAsync(UserId user);

    /// <summary>A page of a user's credits, newest first.</summary>
    Task<CreditPage> ReadPageAsync(UserId user, CreditCursor? after, int limit);
}
