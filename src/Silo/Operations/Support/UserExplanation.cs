using Wingman.Reputation;

namespace Wingman.Silo.Operations.Support;

/// <summary>What one session counts for a user.</summary>
/// <param name="Session">The session.</param>
/// <param name="Outcome"><c>completed</c> or <c>no_show</c>.</param>
/// <param name="At">When it was completed, or was to take place, or was made; null where no row says.</param>
internal sealed record ExplainedCredit(Guid Session, string Outcome, DateTimeOffset? At);

/// <summary>What was last announced of a user's reputation.</summary>
/// <param name="Completed">Completed sessions.</param>
/// <param name="NoShows">No-shows.</param>
internal sealed record ExplainedAnnouncement(long Completed, long NoShows);

/// <summary>How many sessions of a user are like that, and some of them.</summary>
/// <param name="Code">Its name, the same in every version.</param>
/// <param name="Text">What it means, in plain words.</param>
/// <param name="Count">How many sessions.</param>
/// <param name="Sessions">The first few; each can be explained by its id.</param>
internal sealed record OddSessions(string Code, string Text, long Count, IReadOnlyList<Guid> Sessions);

/// <summary>Which sessions a user's reputation is counted from, as the database has them.</summary>
/// <param name="User">The user.</param>
/// <param name="Counting">How credits are counted.</param>
/// <param name="Completed">How many sessions count as completed.</param>
/// <param name="NoShows">How many count as no-shows.</param>
/// <param name="Matches">How many matches the user has.</param>
/// <param name="Sessions">How many sessions, by status; <c>none</c> where a row has no status.</param>
/// <param name="Credits">The newest of the sessions that count, at most <see cref="UserReader.NewestCredits"/>.</param>
/// <param name="Announced">What was last announced; null where nothing was.</param>
/// <param name="Oddities">What is odd.</param>
internal sealed record UserExplanation(
    Guid User, CreditCounting Counting, long Completed, long NoShows, long Matches, IReadOnlyDictionary<string, long> Sessions,
    IReadOnlyList<ExplainedCredit> Credits, ExplainedAnnouncement? Announced, IReadOnlyList<OddSessions> Oddities)
{
    /// <summary>The score that is shown.</summary>
    public int Score => Shown.Score;

    /// <summary>The badge that is shown.</summary>
    public string Badge => Shown.Badge;

    /// <summary>A summary in one sentence.</summary>
    public string Summary => Matches == 0
        ? "The user has no match and no session, and so a reputation of 0."
        : $"{Completed} completed sessions minus {NoShows} no-shows: a score of {Score} ({Badge}), counted from {Sessions.Values.Sum()} sessions of {Matches} matches.";

    private ReputationScore Shown => ReputationScore.Of(new(Completed, NoShows, default));
}
