using Wingman.Chaos.History;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Chaos.Checking;

/// <summary>
/// What must hold at every commit, so in every snapshot (I2 to I5), for sessions that began without a credit and matches
/// whose counters began at 0.
/// </summary>
internal static class CommitInvariants
{
    public static IEnumerable<Violation> Check(DatabaseSnapshot snapshot)
    {
        var credits = snapshot.Credits.ToLookup(static credit => credit.Session);
        var stored = snapshot.Stored.ToLookup(static state => state.Id);
        return snapshot.Sessions.SelectMany(session => OfSession(session, credits[session.Id], [.. stored[session.Id]]))
            .Concat(OfMatches(snapshot))
            .Concat(Orphans(snapshot));
    }

    private static IEnumerable<Violation> OfSession(SessionRow row, IEnumerable<CreditRow> credits, IReadOnlyList<StoredSession> stored)
    {
        var both = row.State is { User1Confirmed: true, User2Confirmed: true };
        var completed = row.State.Status == SessionStatus.Completed;
        if (both != completed)
            yield return new("I2", $"session {row.Id} is {row.State}");
        if (row.CompletedAt.HasValue != completed)
            yield return new("I2", $"session {row.Id} is {row.State} with completed_at {row.CompletedAt?.ToString("O") ?? "null"}");

        var expected = Expected(row).OrderBy(static credit => credit.ToString(), StringComparer.Ordinal).ToList();
        var actual = credits.OrderBy(static credit => credit.ToString(), StringComparer.Ordinal).ToList();
        if (!expected.SequenceEqual(actual))
            yield return new("I4", $"session {row.Id} is {row.State} and should have the credits [{Text(expected)}], but has [{Text(actual)}]");

        if (stored.Count > 1)
            yield return new("I5", $"session {row.Id} has {stored.Count} stored states");
        foreach (var state in stored)
        {
            if ((state.State, state.Match, state.User1, state.User2, state.CompletedAt) != (row.State, row.Match, row.User1, row.User2, row.CompletedAt))
                yield return new("I5", $"session {row.Id}: its row says {row}, its grain's state {state}");
        }

        // Only its grain ends a session, and stores that it did.
        if (stored.Count == 0 && row.State.IsOver)
            yield return new("I5", $"session {row.Id} is {row.State} in its row, and its grain has stored nothing");
    }

    private static IEnumerable<CreditRow> Expected(SessionRow row)
    {
        switch (row.State.Status)
        {
            case SessionStatus.Completed:
                yield return new(row.User1, row.Id, CreditOutcome.Completed);
                yield return new(row.User2, row.Id, CreditOutcome.Completed);
                break;
            case SessionStatus.NoShow:
                if (!row.State.User1Confirmed)
                    yield return new(row.User1, row.Id, CreditOutcome.NoShow);
                if (!row.State.User2Confirmed)
                    yield return new(row.User2, row.Id, CreditOutcome.NoShow);
                break;
        }
    }

    private static IEnumerable<Violation> OfMatches(DatabaseSnapshot snapshot)
    {
        var sessions = snapshot.Sessions.ToLookup(static session => session.Match);
        foreach (var match in snapshot.Matches)
        {
            var completed = sessions[match.Id].Count(static session => session.State.Status == SessionStatus.Completed);
            if (match.User1Counter != completed || match.User2Counter != completed)
                yield return new("I3", $"match {match.Id} has {completed} completed sessions, and counts {match.User1Counter} and {match.User2Counter}");
            if (sessions[match.Id].Count(static session => !session.State.IsOver) > 1)
                yield return new("one active session", $"match {match.Id} has more than one");
        }
    }

    /// <summary>Credits and states of nothing. States of older matches are in every snapshot; only a complete one can tell.</summary>
    private static IEnumerable<Violation> Orphans(DatabaseSnapshot snapshot)
    {
        var known = snapshot.Sessions.Select(static session => session.Id).ToHashSet();
        return snapshot.Credits.Where(credit => !known.Contains(credit.Session)).Select(static credit => new Violation("I4", $"{credit} has no session"))
            .Concat(snapshot.Stored.Where(state => snapshot.IsComplete && !known.Contains(state.Id)).Select(static state => new Violation("I5", $"{state} has no row")));
    }

    private static string Text(IEnumerable<CreditRow> credits) => string.Join(", ", credits);
}
