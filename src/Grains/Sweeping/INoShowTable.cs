using Wingman.Sessions;

namespace Wingman.Sweeping;

/// <summary>Stores since when no-shows are detected, and when the service was down.</summary>
internal interface INoShowTable
{
    /// <summary>Records that the sweeper runs, and returns what it may do.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="now">The present.</param>
    /// <returns>The terms, or null where no-shows are not detected.</returns>
    /// <exception cref="StorageException">The database could not be queried.</exception>
    Task<NoShowTerms?> BeginRoundAsync(NoShowOptions options, DateTimeOffset now);
}
