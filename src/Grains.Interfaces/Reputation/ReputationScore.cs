namespace Wingman.Reputation;

/// <summary>How a reputation is shown: a score within bounds and the badge that goes with it. Pure.</summary>
/// <param name="Score">Completed sessions minus no-shows, limited to the range -5 to 20.</param>
/// <param name="Badge"><c>gold</c> from 10, <c>green</c> from 0, <c>red</c> below.</param>
public readonly record struct ReputationScore(int Score, string Badge)
{
    private const int Lowest = -5;
    private const int Highest = 20;
    private const int GoldFrom = 10;

    /// <summary>The score of a user's counts.</summary>
    /// <param name="reputation">The counts.</param>
    /// <returns>The score and its badge.</returns>
    public static ReputationScore Of(UserReputation reputation)
    {
        var score = (int)Math.Clamp(reputation.CompletedSessions - reputation.NoShows, Lowest, Highest);
        return new(score, score >= GoldFrom ? "gold" : score >= 0 ? "green" : "red");
    }
}
