using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Explanations;

/// <summary>Compares the explanation of a session with what the load knows of it. Every contradiction is an error of the explanation.</summary>
/// <param name="record">What the load knows.</param>
/// <param name="row">The session's row, read without the service's code.</param>
/// <param name="completedOfMatch">How many sessions of its match are completed.</param>
/// <param name="times">Compares times.</param>
/// <param name="silos">The names that the run's silos have in the log. A line is written by the silo that decided it, also one about an operator's act or another program's.</param>
internal sealed class SessionExplanationCheck(SessionRecord record, SessionRow row, long completedOfMatch, RecordedTimes times, IReadOnlySet<string> silos)
{
    private static readonly (SessionStatus End, string Kind, ActKind Asked, ActKind ByOperator)[] Ends =
    [
        (SessionStatus.Completed, "completed", ActKind.Confirm, ActKind.RepairComplete),
        (SessionStatus.Cancelled, "cancelled", ActKind.Cancel, ActKind.RepairCancel),
    ];

    private readonly RecordedFacts _facts = new(record);

    /// <summary>The contradictions.</summary>
    public IEnumerable<string> Check(ReportedSession explanation) => explanation switch
    {
        _ when explanation.Session != record.Session => [$"it is the explanation of {explanation.Session}"],
        { Row: null } => ["it knows of no row"],
        { Row: { } its } => [.. CheckRow(its), .. explanation.Lines.SelectMany(CheckLine), .. MissingLines(explanation.Lines), .. CheckSummary(explanation, its), .. OdditiesCheck.Check(record, _facts, row, explanation)],
    };

    private IEnumerable<string> CheckRow(ReportedRow its)
    {
        var state = new ModelState(StatusNames.Parse(its.Status) ?? SessionStatus.Scheduled, its.User1.Confirmed, its.User2.Confirmed);
        if (state != row.State) yield return $"it says {state}, but the row is {row.State}";
        if ((state.Bit & record.Finals) == 0) yield return $"it says {state}, which contradicts the answers to the clients";
        if (its.CompletedAt != row.CompletedAt)
            yield return $"it says that it was completed at {its.CompletedAt:O}, but the row says {row.CompletedAt:O}";
        if (record.SeenCompletedAt is { } seen && !_facts.CanEndForeign(SessionStatus.Completed) && its.CompletedAt != seen)
            yield return $"it says that it was completed at {its.CompletedAt:O}, but users were shown {seen:O}";
        if (its.CompletedAt is { } at && !times.Fits(at, record.KnownSince, EndOf(SessionStatus.Completed)))
            yield return $"it says that it was completed at {at:O}, but it cannot have been completed then";
        if ((its.User1.User, its.User2.User, its.Match.Id) != (record.Pair.User1, record.Pair.User2, record.Pair.Match))
            yield return "it says that it belongs to another match or other users";
        if (its.Match.CompletedSessions != completedOfMatch)
            yield return $"it says that its match has {its.Match.CompletedSessions} completed sessions, but there are {completedOfMatch}";
        foreach (var (user, confirmed) in new[] { (its.User1, row.State.User1Confirmed), (its.User2, row.State.User2Confirmed) })
        {
            var counts = (row.State.Status, confirmed) switch { (SessionStatus.Completed, _) => "completed", (SessionStatus.NoShow, false) => "no_show", _ => null };
            if (user.Counts != counts)
                yield return $"it says that it counts for {user.User} as {user.Counts ?? "nothing"}, but it counts as {counts ?? "nothing"}";
        }
    }

    private IEnumerable<string> CheckLine(ReportedLine line) => silos.Contains(line.Host) ? CheckAct(line) : Untrue(line, $"{line.Host} is no silo of this run");

    private IEnumerable<string> CheckAct(ReportedLine line)
    {
        if (line.Operator is not null) return CheckRepair(line);
        return line.Kind switch
        {
            "scheduled" when record.ScheduledBy is not { } by || line.Actor != by => Untrue(line, "nobody did"),
            "scheduled" => times.Fits(line.At, long.MinValue, record.KnownSince) ? [] : Untrue(line, "it was known to exist earlier"),
            "confirmed" when line.Actor is { } actor && _facts.MayBeStoredAgain(actor) => Within(line, ActKind.Confirm, null),
            "confirmed" => Within(line, ActKind.Confirm, line.Actor is { } actor && IsUser(actor) ? _facts.FlaggedBy(actor) : null),
            // If another program has set both flags, the next call or the sweeper completes the session.
            "completed" when line.Actor is null && (_facts.HasOtherSource(record.Pair.User1) || _facts.HasOtherSource(record.Pair.User2)) => [],
            "completed" => Within(line, ActKind.Confirm, _facts.EndedBy(SessionStatus.Completed)),
            "cancelled" => Within(line, ActKind.Cancel, _facts.EndedBy(SessionStatus.Cancelled)),
            "no_show" when line.At < record.DueAt => Untrue(line, $"it was not due before {record.DueAt:O}"),
            "no_show" => times.Fits(line.At, record.KnownSince, EndOf(SessionStatus.NoShow)) ? [] : Untrue(line, "users were told of it before"),
            "observed" when FirstForeign is not { } first || !times.Fits(line.At, first, SessionOperation.Never) => Untrue(line, "nobody else has written to it by then"),
            "observed" => [],
            _ => Untrue(line, "nobody did that"),
        };
    }

    /// <summary>The user had asked for it by then, and it was done by the time an answer reported it.</summary>
    private IEnumerable<string> Within(ReportedLine line, ActKind kind, long? doneBy)
    {
        if (_facts.FirstAsked(kind, line.Actor) is not { } asked) return Untrue(line, "the user never asked for it");
        return times.Fits(line.At, asked, doneBy ?? SessionOperation.Never) ? [] : Untrue(line, $"the user asked for it from {times.Describe(asked)} on, and it was so by {times.Describe(doneBy)}");
    }

    private IEnumerable<string> CheckRepair(ReportedLine line)
    {
        var act = record.Acts.FirstOrDefault(act => act.RepairLine == line.Kind && act.Operator == line.Operator && act.Reason == line.Detail);
        if (act is null || act.User != line.Actor) return Untrue(line, "no operator did that for that reason");
        if (!times.Fits(line.At, act.From, act.Until)) return Untrue(line, "the operator did it at another time");
        return line.Text.Contains(line.Operator!, StringComparison.Ordinal) && line.Text.Contains(line.Detail!, StringComparison.Ordinal) ? [] : Untrue(line, "its text does not contain the operator or the reason");
    }

    private IEnumerable<string> MissingLines(IReadOnlyList<ReportedLine> lines)
    {
        if (record.ScheduledBy is not null && lines.Count(static line => line.Kind == "scheduled") != 1)
            yield return "it does not have exactly one line about who scheduled it";
        foreach (var (user, buddy) in new[] { (record.Pair.User1, record.Pair.User2), (record.Pair.User2, record.Pair.User1) })
        {
            var said = lines.Count(line => line.Actor == user && line.Operator is null && line.Kind is "confirmed" or "completed");
            // If another program set the buddy's flag, the user's next call completes the session.
            var most = _facts.HasOtherSource(buddy) ? 2 : 1;
            if (_facts.FlaggedBy(user) is not null && !_facts.HasOtherSource(user) && (said == 0 || said > most))
                yield return $"it has {said} confirmations of {user}, whose confirmation was acknowledged";
        }

        foreach (var (end, kind, _, byOperator) in Ends)
        {
            var said = lines.Count(line => line.Kind == kind);
            var isKnown = _facts.EndedBy(end) is not null || record.Acts.Any(act => act.Kind == byOperator && act.IsDone);
            if (isKnown && !_facts.CanEndForeign(end) && said != 1)
                yield return $"it says {said} times that it was {kind}, which was acknowledged to a client";
        }

        foreach (var act in record.Acts.Where(static act => act.RepairLine is not null && act.IsDone))
        {
            if (lines.Count(line => line.Kind == act.RepairLine && line.Operator == act.Operator && line.Detail == act.Reason) != 1)
                yield return $"it does not have exactly one line about {act.Operator}'s {act.Kind}: {act.Reason}";
        }

        if (row.State.Status == SessionStatus.NoShow && lines.LastOrDefault(static line => line.Kind is "no_show" or "reopened") is not { Kind: "no_show" })
            yield return "it does not say that it ended as a no-show";
    }

    private IEnumerable<string> CheckSummary(ReportedSession explanation, ReportedRow its)
    {
        var begins = row.State.Status switch
        {
            SessionStatus.Completed => "It is completed",
            SessionStatus.Cancelled => "It was cancelled",
            SessionStatus.NoShow => "It ended as a no-show",
            _ => "It is open",
        };
        if (!explanation.Summary.StartsWith(begins, StringComparison.Ordinal)) yield return $"its summary is wrong: {explanation.Summary}";
        foreach (var user in new[] { its.User1, its.User2 })
        {
            if (row.State.IsOver && explanation.Summary.Contains($"{user.User} as", StringComparison.Ordinal) != user.Counts is not null)
                yield return $"its summary is wrong about {user.User}: {explanation.Summary}";
        }
    }

    private long? FirstForeign => record.Acts.Where(static act => act.IsForeign).Select(static act => (long?)act.From).Min();

    private long EndOf(SessionStatus end) => _facts.CanEndForeign(end) ? SessionOperation.Never : _facts.EndedBy(end) ?? SessionOperation.Never;

    private bool IsUser(Guid actor) => actor == record.Pair.User1 || actor == record.Pair.User2;

    private static IEnumerable<string> Untrue(ReportedLine line, string why) =>
        [$"it says that it {line.Kind} by {line.Operator ?? line.Actor?.ToString() ?? "nobody"} at {line.At:O} ({line.Detail ?? line.Text}): {why}"];
}
