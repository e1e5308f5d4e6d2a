using System.Text;

namespace Wingman.Silo.Operations.Support;

/// <summary>Explanations for people to read in a terminal.</summary>
internal static class SupportText
{
    /// <summary>A session's explanation.</summary>
    public static string Of(SessionExplanation explanation)
    {
        var text = new StringBuilder().AppendLine($"Session {explanation.Session}").AppendLine(explanation.Summary);
        if (explanation.Row is { } row)
        {
            text.AppendLine()
                .AppendLine($"  status      {row.Status ?? "none, which is treated as scheduled"}")
                .AppendLine($"  scheduled   {At(row.ScheduledAt)}{(explanation.NoShowDueAt is { } due ? $", ends as a no-show {Words.Of(due)}" : "")}")
                .AppendLine($"  completed   {At(row.CompletedAt)}")
                .AppendLine($"  user 1      {Of(row.User1)}")
                .AppendLine($"  user 2      {Of(row.User2)}")
                .AppendLine($"  match       {row.Match.Id}, {row.Match.Status ?? "without a status"}, counts {row.Match.User1Counter ?? 0} and {row.Match.User2Counter ?? 0}, "
                    + $"{row.Match.CompletedSessions} completed sessions");
        }

        text.AppendLine().AppendLine(explanation.Lines.Count == 0 ? "The log has no lines about it." : "What happened, by the log:");
        foreach (var line in explanation.Lines) text.AppendLine($"  {Words.Of(line.At)}  {line.Text}  (host {line.Host})");
        Append(text, explanation.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}"));
        return Printable(text);
    }

    /// <summary>A user's explanation.</summary>
    public static string Of(UserExplanation explanation)
    {
        var text = new StringBuilder().AppendLine($"User {explanation.User}").AppendLine(explanation.Summary).AppendLine();
        foreach (var (status, count) in explanation.Sessions) text.AppendLine($"  {status,-12}{count} sessions");
        text.AppendLine($"  {"announced",-12}{(explanation.Announced is { } last ? $"completed {last.Completed}, no-shows {last.NoShows}" : "nothing yet")}");
        if (explanation.Credits.Count > 0)
        {
            var all = explanation.Completed + explanation.NoShows;
            text.AppendLine().AppendLine(all > explanation.Credits.Count ? $"What counts ({explanation.Counting} counting), the newest {explanation.Credits.Count} of {all}:" : $"What counts ({explanation.Counting} counting):");
            foreach (var credit in explanation.Credits) text.AppendLine($"  {At(credit.At),-20}  {credit.Outcome,-10}  session {credit.Session}");
        }

        Append(text, explanation.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}. {oddity.Count} sessions: {string.Join(", ", oddity.Sessions)}"));
        return Printable(text);
    }

    private static void Append(StringBuilder text, IEnumerable<string> oddities)
    {
        text.AppendLine();
        var all = oddities.ToList();
        text.AppendLine(all.Count == 0 ? "Nothing is odd about it." : "What is odd about it:");
        foreach (var oddity in all) text.AppendLine($"  - {oddity}");
    }

    private static string At(DateTimeOffset? at) => at is { } known ? Words.Of(known) : "no time";

    private static string Of(ExplainedParticipant user) =>
        $"{user.User}, {(user.Confirmed ? "confirmed" : "has not confirmed")}{(user.Counts is { } counts ? $", counts as {counts}" : "")}";

    // Text that others wrote into the database must not control the terminal.
    private static string Printable(StringBuilder text) =>
        string.Concat(text.ToString().TrimEnd().Select(static letter => char.IsControl(letter) && letter != '\n' ? '\ufffd' : letter));
}
