using System.Globalization;
using Wingman.Chaos.Load;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Explanations;

/// <summary>The result of comparing explanations with the load's records.</summary>
/// <param name="Sessions">How many sessions were explained.</param>
/// <param name="Unanswered">Of these, how many had calls without an answer.</param>
/// <param name="Repaired">How many an operator had repaired.</param>
/// <param name="Foreign">How many another program had written to.</param>
/// <param name="Observed">For how many a grain detected that.</param>
/// <param name="Users">How many users' reputations were explained.</param>
/// <param name="Contradictions">How many explanations were wrong; each is a violation too.</param>
internal sealed record ExplanationResults(int Sessions, int Unanswered, int Repaired, int Foreign, int Observed, int Users, int Contradictions)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Sessions} sessions and {Users} users compared with what the load knows: {Unanswered} with unanswered calls, {Repaired} repaired, {Foreign} written to by other programs ({Observed} noticed); {Contradictions} wrong");
}

/// <summary>Requests the explanations of the sessions with the most events, and of their users, after all writers have stopped.</summary>
/// <param name="operators">The operators' port.</param>
/// <param name="times">Compares times.</param>
/// <param name="silos">The names that the run's silos have in the log.</param>
/// <param name="violations">Collects contradictions.</param>
internal sealed class ExplanationReview(OperatorCalls operators, RecordedTimes times, IReadOnlySet<string> silos, Violations violations)
{
    /// <summary>How many sessions are explained.</summary>
    public const int Most = 210;

    /// <summary>How many a run that is long enough explains at least.</summary>
    public const int Least = 200;

    /// <summary>Runs it.</summary>
    /// <param name="records">The most eventful records of each kind, most eventful first.</param>
    /// <param name="everything">The present content of the database.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<ExplanationResults> RunAsync(IReadOnlyList<IReadOnlyList<SessionRecord>> records, DatabaseSnapshot everything, CancellationToken cancellation)
    {
        var rows = everything.Sessions.ToDictionary(static row => row.Id);
        var completed = everything.Sessions.Where(static row => row.State.Status == Sessions.SessionStatus.Completed).CountBy(static row => row.Match).ToDictionary();
        var chosen = Choose([.. records.Select(kind => (IReadOnlyList<SessionRecord>)[.. kind.Where(record => rows.ContainsKey(record.Session))])]);
        var (observed, contradictions) = (0, 0);
        foreach (var record in chosen)
        {
            if (await operators.ExplainAsync<ReportedSession>($"session/{record.Session}", cancellation) is not { } explanation)
            {
                Note($"session {record.Session} was not explained");
                continue;
            }

            observed += explanation.Lines.Any(static line => line.Kind == "observed") ? 1 : 0;
            var row = rows[record.Session];
            Note([.. new SessionExplanationCheck(record, row, completed.GetValueOrDefault(row.Match), times, silos).Check(explanation).Select(wrong => $"session {record.Session}: {wrong}")]);
        }

        var users = chosen.SelectMany(static record => new[] { record.Pair.User1, record.Pair.User2 }).ToHashSet();
        var sessions = everything.Sessions.SelectMany(static row => new[] { (User: row.User1, Row: row), (User: row.User2, Row: row) }).ToLookup(static pair => pair.User, static pair => pair.Row);
        foreach (var user in users)
        {
            if (await operators.ExplainAsync<ReportedReputation>($"user/{user}", cancellation) is { } explanation)
                Note([.. ReputationExplanationCheck.Check(user, [.. sessions[user]], explanation).Select(wrong => $"user {user}: {wrong}")]);
            else
                Note($"user {user} was not explained");
        }

        return new(
            chosen.Count,
            chosen.Count(static record => record.Acts.Any(static act => !act.IsDone)),
            chosen.Count(static record => record.HasRepair),
            chosen.Count(static record => record.HasForeign),
            observed,
            users.Count,
            contradictions);

        void Note(params string[] wrong)
        {
            contradictions += wrong.Length > 0 ? 1 : 0;
            violations.AddRange(wrong.Select(static what => new Violation("explain", what)));
        }
    }

    /// <summary>Equally many of each kind; if one kind has too few, more of the others.</summary>
    private static List<SessionRecord> Choose(IReadOnlyList<IReadOnlyList<SessionRecord>> kinds)
    {
        List<SessionRecord> chosen = [];
        for (var i = 0; chosen.Count < Most && kinds.Any(kind => i < kind.Count); i++)
            chosen.AddRange(kinds.Where(kind => i < kind.Count).Select(kind => kind[i]).Take(Most - chosen.Count));
        return chosen;
    }
}
