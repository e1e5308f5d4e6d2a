using Wingman.Sessions;

namespace Wingman.Testing.Checking;

/// <summary>
/// What must hold at every commit, and so in every snapshot (I2, I4, I5), where only the service ends sessions or confirms
/// them, and where matches' counters began at 0.
/// </summary>
internal static class CommitInvariants
{
    /// <summary>The kinds of lines in the log that record a session's end.</summary>
    private static readonly Dictionary<string, SessionStatus> Ends = new()
    {
        ["completed"] = SessionStatus.Completed,
        ["cancelled"] = SessionStatus.Cancelled,
        ["no_show"] = SessionStatus.NoShow,
    };

    public static IEnumerable<Violation> Check(DatabaseSnapshot snapshot)
    {
        var lines = snapshot.Events.ToLookup(static line => line.Session);
        return snapshot.Sessions.SelectMany(session => OfSession(session).Concat(OfLines(session, [.. lines[session.Id]])))
            .Concat(OfMatches(snapshot))
            .Concat(Orphans(snapshot));
    }

    private static IEnumerable<Violation> OfSession(SessionRow row)
    {
        var both = row.State is { User1Confirmed: true, User2Confirmed: true };
        var completed = row.State.Status == SessionStatus.Completed;
        if (both != completed) yield return new("I2", $"session {row.Id} is {row.State}");
        if (row.CompletedAt.HasValue != completed)
            yield return new("I2", $"session {row.Id} is {row.State} with completed_at {Text(row.CompletedAt)}");
    }

    /// <summary>Each change is committed together with its line: the log records each change of the row exactly once.</summary>
    private static IEnumerable<Violation> OfLines(SessionRow row, IReadOnlyList<EventRow> lines)
    {
        var ends = lines.Where(static line => Ends.ContainsKey(line.Kind)).ToList();
        if (EndOf(lines) is not { } end || end != (row.State.IsOver ? row.State.Status : SessionStatus.Scheduled))
            yield return new("I4", $"session {row.Id} is {row.State}, but the log has the ends [{Text(ends)}]");
        if (ends.Find(static line => line.Kind == "completed") is { } completed && row.CompletedAt is { } at && completed.At != at)
            yield return new("I2", $"session {row.Id} has completed_at {Text(at)}, but the log says {Text(completed.At)}");

        // A user whose confirmation is in the log has confirmed, once, and the row still has that confirmation.
        var confirmed = lines.Where(static line => line.Kind is "confirmed" or "completed" && line.Actor is not null).ToLookup(static line => line.Actor!.Value);
        foreach (var of in confirmed)
        {
            var stands = (of.Key == row.User1 && row.State.User1Confirmed) || (of.Key == row.User2 && row.State.User2Confirmed);
            if (!stands)
                yield return new("I5", $"session {row.Id} is {row.State}, but the log says that {of.Key} has confirmed it: [{Text(of)}]");
            if (of.Count() > 1)
                yield return new("I4", $"session {row.Id}: the log has {of.Count()} confirmations of {of.Key}: [{Text(of)}]");
        }
    }

    /// <summary>
    /// How a session has ended according to the log; scheduled if it has not ended, null if the log contradicts itself. A session
    /// ends once, except that an operator may reopen a no-show or end it in another way.
    /// </summary>
    private static SessionStatus? EndOf(IEnumerable<EventRow> lines)
    {
        var status = SessionStatus.Scheduled;
        foreach (var line in lines)
        {
            var isRepair = line.Operator is not null && status == SessionStatus.NoShow;
            if (Ends.TryGetValue(line.Kind, out var end))
            {
                if (status != SessionStatus.Scheduled && !isRepair) return null;
                status = end;
            }
            else if (line.Kind is "reopened" or "excused")
            {
                if (!isRepair) return null;
                if (line.Kind == "reopened") status = SessionStatus.Scheduled;
            }
        }

        return status;
    }

    private static IEnumerable<Violation> OfMatches(DatabaseSnapshot snapshot)
    {
        var sessions = snapshot.Sessions.ToLookup(static session => session.Match);
        foreach (var match in snapshot.Matches)
        {
            var completed = sessions[match.Id].Count(static session => session.State.Status == SessionStatus.Completed);
            if (match.User1Counter != completed || match.User2Counter != completed)
                yield return new("I4", $"match {match.Id} has {completed} completed sessions, and counts {match.User1Counter} and {match.User2Counter}");
            if (sessions[match.Id].Count(static session => !session.State.IsOver) > 1)
                yield return new("one active session", $"match {match.Id} has more than one");
        }
    }

    /// <summary>A line is committed with its session's row, and no program deletes rows in a run.</summary>
    private static IEnumerable<Violation> Orphans(DatabaseSnapshot snapshot)
    {
        var known = snapshot.Sessions.Select(static session => session.Id).ToHashSet();
        return snapshot.Events.Where(line => !known.Contains(line.Session)).Select(static line => new Violation("I4", $"{line} belongs to no session"));
    }

    private static string Text(IEnumerable<EventRow> lines) => string.Join(", ", lines.Select(static line => $"{line.Kind} by {line.Actor?.ToString() ?? "nobody"} at {Text(line.At)}"));

    private static string Text(DateTimeOffset? at) => at?.ToString("O") ?? "null";
}
