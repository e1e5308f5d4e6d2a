namespace Wingman.Reputation;

/// <summary>
/// What was last announced of a user's reputation. Stored as JSON: members are added, never renamed. The default instance
/// stands for a user of whom nothing was announced.
/// </summary>
internal sealed record ReputationState
{
    public long Completed { get; init; }

    public long NoShows { get; init; }
}
