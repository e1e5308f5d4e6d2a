namespace Wingman.Reputation;

/// <summary>Counts what the rows of sessions mean to a user.</summary>
/// <remarks>Every method throws <see cref="StorageException"/> when the database could not be asked.</remarks>
internal interface IReputationTable
{
    /// <summary>Counts a user's credits.</summary>
    Task<CreditCounts> CountAsync(UserId user);

    /// <summary>A page of a user's credits, newest first.</summary>
    Task<CreditPage> ReadHistoryAsync(UserId user, CreditCursor? after, int limit);
}

/// <summary>Credits counted by outcome.</summary>
/// <param name="Completed">Sessions completed.</param>
/// <param name="NoShows">Sessions the user did not show up for.</param>
internal sealed record CreditCounts(long Completed, long NoShows)
{
    public static readonly CreditCounts None = new(0, 0);
}
