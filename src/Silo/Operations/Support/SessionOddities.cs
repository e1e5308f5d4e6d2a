namespace Wingman.Silo.Operations.Support;

/// <summary>What is odd about a session: where its row, its log and its match do not agree. Pure.</summary>
internal static class SessionOddities
{
    /// <summary>Compares what is known of a session.</summary>
    /// <param name="row">Its row; null where there is none.</param>
    /// <param name="lines">The log's lines of it.</param>
    /// <param name="locks">Who keeps it locked.</param>
    /// <param name="dueAt">When it ends as a no-show; null for never.</param>
    /// <param name="logBegins">Since when everything is in the log; null where that is not known.</param>
    /// <param name="now">The present.</param>
    public static IReadOnlyList<Oddity> Of(
        ExplainedRow? row, IReadOnlyList<ExplainedLine> lines, IReadOnlyList<ExplainedLock> locks, DateTimeOffset? dueAt, DateTimeOffset? logBegins, DateTimeOffset now)
    {
        List<Oddity> all = [];
        var observed = lines.Count(static line => line.Kind == "observed");
        if (observed > 0) Add("foreign_changes", $"Another program changed the row, and a grain noticed it {Times(observed)}.");
        if (row is null)
        {
            if (lines.Count > 0) Add("no_row", "The log has lines about it, but there is no row: it was deleted, which Wingman never does.");
            return all;
        }

        // What happened before the log began, or before its retention, left no line.
        var isLogged = lines.Any(static line => line.Kind == "scheduled") || (row.CreatedAt is { } created && logBegins < created);
        AddConfirmations(row.User1);
        AddConfirmations(row.User2);
        AddEnds();
        AddOpen();
        AddMatch();
        foreach (var held in locks)
        {
            Add("locked", $"The {held.Row}'s row is locked now by process {held.Pid} of the database (role {held.Role}, application '{held.Application}', {held.State}), "
                + $"in a transaction that began {(held.Since is { } since ? Words.Of(since) : "at an unknown time")}. Confirmations wait for it, at most 4 seconds each.");
        }

        return all;

        void Add(string code, string text) => all.Add(new(code, text));

        void AddConfirmations(ExplainedParticipant user)
        {
            var own = lines.Any(line => line.Actor == user.User && line.Kind is "confirmed" or "completed" or "excused");
            var byOperator = lines.Any(static line => line is { Kind: "completed", Operator: not null });
            // The line of an excuse has the operator and the user; a completion by an operator has no user.
            var erased = lines.Any(static line => line is { Kind: "excused", Actor: null } or { Kind: "confirmed" or "completed", Actor: null, Operator: null });
            if (user.Confirmed && !own && !byOperator && !erased && isLogged)
                Add("flag_without_event", $"The confirmation of {user.User} is in the row, but not in the log: another program has set it.");
            if (!user.Confirmed && own)
                Add("event_without_flag", $"The log says that {user.User} confirmed, but the row does not have it: another program removed it.");
        }

        void AddEnds()
        {
            var ends = lines.Where(static line => line.Kind is "completed" or "cancelled" or "no_show").ToList();
            var completions = ends.Count(static line => line.Kind == "completed");
            var isOver = row.Status is "completed" or "cancelled" or "no_show";
            var last = lines.LastOrDefault(static line => line.Kind is "completed" or "cancelled" or "no_show" or "reopened");
            if (completions > 1) Add("completed_twice", $"The log has {completions} completions; there must be at most one.");
            if (isOver && isLogged && last?.Kind != row.Status)
                Add($"{row.Status}_without_event", $"The row is {row.Status}, but the log has no such change by Wingman: another program made it.");
            if (last is { Kind: not "reopened" } && last.Kind != row.Status)
                Add("changed_after_end", $"The log says that it ended as {last.Kind}, but the row is {row.Status ?? "without a status"}: another program changed it afterwards.");
            if (row.Status == "completed" && !(row.User1.Confirmed && row.User2.Confirmed))
                Add("completed_without_both", "The row is completed without both confirmations: Wingman never completes a session like that.");
            if (row.Status == "completed" && row.CompletedAt is null)
                Add("completed_at_no_time", "The row is completed and has no time of completion: another program completed it.");
            if (row.Status == "completed" && ends.LastOrDefault(static line => line.Kind == "completed") is { } line && row.CompletedAt is { } at && at != line.At)
                Add("other_completion_time", $"The row says that it was completed {Words.Of(at)}, and the log says {Words.Of(line.At)}.");
            if (row.Status == "no_show" && row.User1.Confirmed != row.User2.Confirmed)
            {
                var (came, missed) = row.User1.Confirmed ? (row.User1, row.User2) : (row.User2, row.User1);
                var against = came.Counts is null ? $"{missed.User} only" : "both, since Legacy counting does not ask who has confirmed";
                Add("expired_with_confirmation", $"It ended as a no-show although {came.User} had confirmed it or was excused: it counts against {against}.");
            }

            if (lines.Any(static line => line.Operator is not null))
                Add("repaired", $"Operators have changed it: {string.Join("; ", lines.Where(static line => line.Operator is not null).Select(static line => line.Text))}.");
        }

        void AddOpen()
        {
            if (row.Status is not (null or "scheduled" or "in_progress" or "completed" or "cancelled" or "no_show"))
                Add("unknown_status", $"The status '{row.Status}' is not one that Wingman knows: every call about this session fails.");
            if (row.Status is not (null or "scheduled" or "in_progress")) return;

            if (row.User1.Confirmed && row.User2.Confirmed)
                Add("both_flags_but_open", "Both have confirmed and it is still open: the next confirmation, by either, completes it.");
            if (row.ScheduledAt is null)
                Add("no_time", "It has no time, so it never ends as a no-show.");
            else if (dueAt is null && now.AddDays(-1) > row.ScheduledAt.Value)
                Add("never_due", "Its time has passed, and it never ends as a no-show: the detection is off, or counts only sessions of a later time (since it was switched on, or Wingman:NoShow:Since).");
            else if (dueAt is { } due && now.AddMinutes(-5) > due)
                Add("overdue", $"It should have ended as a no-show {Words.Of(due)}: no silo detects no-shows, or each attempt fails.");
        }

        void AddMatch()
        {
            var match = row.Match;
            if (match.OtherOpenSessions.Count > 0 && row.Status is null or "scheduled" or "in_progress")
                Add("several_open", $"Its match has other open sessions: {string.Join(", ", match.OtherOpenSessions)}.");
            if ((match.User1Counter ?? 0) < match.LoggedCompletions || (match.User2Counter ?? 0) < match.LoggedCompletions)
            {
                Add("counter_too_low", $"The match counts {match.User1Counter ?? 0} and {match.User2Counter ?? 0}, and the log has {match.LoggedCompletions} completions, "
                    + "each of which has added one: another program has lowered a counter.");
            }
            else if ((match.User1Counter ?? 0) != match.CompletedSessions || (match.User2Counter ?? 0) != match.CompletedSessions)
            {
                Add("counters_differ", $"The match counts {match.User1Counter ?? 0} and {match.User2Counter ?? 0}, and has {match.CompletedSessions} completed sessions. "
                    + "Reputations are not counted from these counters; other programs write them too.");
            }
        }
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
