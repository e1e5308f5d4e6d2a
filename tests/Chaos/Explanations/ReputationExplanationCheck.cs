using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Explanations;

/// <summary>Compares the explanation of a reputation with a count of the rows, without the service's code.</summary>
internal static class ReputationExplanationCheck
{
    /// <summary>How many of the sessions that count an explanation lists at the most.</summary>
    private const int Listed = 50;

    /// <summary>The contradictions.</summary>
    /// <param name="user">The user.</param>
    /// <param name="sessions">All sessions of the user.</param>
    /// <param name="explanation">The explanation.</param>
    public static IEnumerable<string> Check(Guid user, IReadOnlyList<SessionRow> sessions, ReportedReputation explanation)
    {
        var counted = Credits.Count(sessions).GetValueOrDefault(user);
        if ((explanation.User, explanation.Completed, explanation.NoShows, explanation.Score) != (user, counted.Completed, counted.NoShows, counted.Score))
            yield return $"it says ({explanation.Completed}, {explanation.NoShows}, {explanation.Score}) of {explanation.User}, but the rows say ({counted.Completed}, {counted.NoShows}, {counted.Score})";
        var byStatus = sessions.GroupBy(static row => row.State.Status).ToDictionary(static group => group.Key, static group => (long)group.Count());
        foreach (var status in byStatus.Keys.Union(explanation.Sessions.Keys.Select(static name => StatusNames.Parse(name) ?? (SessionStatus)(-1))))
        {
            var said = explanation.Sessions.Where(pair => StatusNames.Parse(pair.Key) == status).Sum(static pair => pair.Value);
            if (said != byStatus.GetValueOrDefault(status))
                yield return $"it says {said} sessions {status}, but there are {byStatus.GetValueOrDefault(status)}";
        }

        var rows = sessions.ToDictionary(static row => row.Id);
        foreach (var credit in explanation.Credits)
        {
            var means = rows.TryGetValue(credit.Session, out var row) ? MeaningOf(row, user) : null;
            if (means != credit.Outcome)
                yield return $"it says that session {credit.Session} counts as {credit.Outcome}, but it counts as {means ?? "nothing"}";
        }

        if (explanation.Credits.Select(static credit => credit.Session).Distinct().Count() != Math.Min(Listed, counted.Completed + counted.NoShows))
            yield return $"it lists {explanation.Credits.Count} of {counted.Completed + counted.NoShows} sessions that count";
    }

    private static string? MeaningOf(SessionRow row, Guid user) => row.State.Status switch
    {
        SessionStatus.Completed => "completed",
        SessionStatus.NoShow => (user == row.User1 ? row.State.User1Confirmed : row.State.User2Confirmed) ? null : "no_show",
        _ => null,
    };
}
