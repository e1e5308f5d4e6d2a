using System.Globalization;

namespace Wingman.Silo.Operations.Support;

/// <summary>Sentences for the names and numbers of the tables.</summary>
internal static class Words
{
    /// <summary>A line of the log.</summary>
    public static string Of(string kind, Guid? actor, string? by, string? detail) => (kind, by) switch
    {
        ("scheduled", _) => actor is null ? "was scheduled" : $"was scheduled by {actor}",
        ("confirmed", _) => $"{Who(actor)} confirmed, the buddy had not yet",
        ("completed", { } name) => $"the operator {name} completed it: {detail}",
        ("completed", _) => actor is null ? "was completed, since both had confirmed" : $"{actor} confirmed too, and that completed it",
        ("cancelled", { } name) => $"the operator {name} cancelled it: {detail}",
        ("cancelled", _) => $"{Who(actor)} cancelled it",
        ("no_show", _) => "ended as a no-show: its grace period was over",
        ("reopened", _) => $"the operator {by} opened it again, with a whole grace period from then on: {detail}",
        ("excused", _) => $"the operator {by} removed the no-show of {Who(actor)}: {detail}",
        ("notes_updated", _) => $"{Who(actor)} changed the notes",
        ("observed", _) => $"a grain noticed that another program had changed the row: {detail}",
        ("reputation_changed", _) => $"the reputation of {Who(actor)} was announced: {detail}",
        ("user_erased", _) => $"the operator {by} erased a user from the log: {detail}",
        _ => $"{kind} {detail}".TrimEnd(),
    };

    /// <summary>A session in a sentence.</summary>
    public static string Summarize(SessionExplanation explanation)
    {
        if (explanation.Row is not { } row)
            return explanation.Lines.Count == 0 ? "No such session is known." : "There is no such session any more; the log still has lines about it.";

        var ended = explanation.Lines.LastOrDefault(static line => line.Kind is "completed" or "cancelled" or "no_show");
        var by = ended is null || ended.Kind != row.Status ? "" : ended.Operator is { } name ? $" by the operator {name}" : ended.Actor is { } actor ? $", last by {actor}" : "";
        return (row.Status ?? "scheduled") switch
        {
            "completed" => $"It is completed{by}, and counts for {Counting(row)}.",
            "cancelled" => $"It was cancelled{by}, and counts for {Counting(row)}.",
            "no_show" => $"It ended as a no-show, and counts for {Counting(row)}.",
            "scheduled" or "in_progress" => (row.User1.Confirmed, row.User2.Confirmed) switch
            {
                (false, false) => "It is open, and nobody has confirmed it.",
                (true, true) => "It is open although both have confirmed it.",
                (true, false) => $"It is open: {row.User1.User} has confirmed it, {row.User2.User} has not.",
                (false, true) => $"It is open: {row.User2.User} has confirmed it, {row.User1.User} has not.",
            },
            var unknown => $"Its status is '{unknown}', which Wingman does not know.",
        };
    }

    /// <summary>An instant, to the second, in UTC.</summary>
    public static string Of(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Who(Guid? actor) => actor?.ToString() ?? "someone who was erased";

    private static string Counting(ExplainedRow row)
    {
        string[] counts =
        [
            .. new[] { row.User1, row.User2 }.Where(static user => user.Counts is not null)
                .Select(static user => $"{user.User} as {(user.Counts == "no_show" ? "a no-show" : "completed")}"),
        ];
        return counts.Length == 0 ? "nobody" : string.Join(" and ", counts);
    }
}
