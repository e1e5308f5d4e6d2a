using System.Text;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations.Support;

/// <summary>Explanations for people to read in a terminal.</summary>
internal static class SupportText
{
    /// <summary>A session's explanation.</summary>
    public static string Of(SessionExplanation explanation)
    {
        var text = new StringBuilder().Line($"Session {explanation.Session}").Line(explanation.Summary);
        if (explanation.Row is { } row)
        {
            text.AppendLine()
                .Line($"  status      {row.Status ?? "none, which is treated as scheduled"}")
                .Line($"  scheduled   {At(row.ScheduledAt)}{(explanation.NoShowDueAt is { } due ? $", ends as a no-show {Words.Of(due)}" : "")}")
                .Line($"  completed   {At(row.CompletedAt)}")
                .Line($"  user 1      {Of(row.User1)}")
                .Line($"  user 2      {Of(row.User2)}")
                .Line($"  match       {row.Match.Id}, {row.Match.Status ?? "without a status"}, counts {row.Match.User1Counter ?? 0} and {row.Match.User2Counter ?? 0}, "
                    + $"{row.Match.CompletedSessions} completed sessions");
        }

        text.AppendLine().AppendLine(explanation.Lines.Count == 0 ? "The log has no lines about it." : "What happened, by the log:");
        foreach (var line in explanation.Lines) text.Line($"  {Words.Of(line.At)}  {line.Text}  (host {line.Host})");
        Append(text, explanation.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}"));
        return text.ToString().TrimEnd();
    }

    /// <summary>A user's explanation.</summary>
    public static string Of(UserExplanation explanation)
    {
        var text = new StringBuilder().Line($"User {explanation.User}").Line(explanation.Summary).AppendLine();
        foreach (var (status, count) in explanation.Sessions) text.Line($"  {status,-12}{count} sessions");
        text.Line($"  {"announced",-12}{(explanation.Announced is { } last ? $"completed {last.Completed}, no-shows {last.NoShows}" : "nothing yet")}");
        if (explanation.Credits.Count > 0)
        {
            var all = explanation.Completed + explanation.NoShows;
            text.AppendLine().Line(all > explanation.Credits.Count ? $"What counts ({explanation.Counting} counting), the newest {explanation.Credits.Count} of {all}:" : $"What counts ({explanation.Counting} counting):");
            foreach (var credit in explanation.Credits) text.Line($"  {At(credit.At),-20}  {credit.Outcome,-10}  session {credit.Session}");
        }

        Append(text, explanation.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}. {oddity.Count} sessions: {string.Join(", ", oddity.Sessions)}"));
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, IEnumerable<string> oddities)
    {
        text.AppendLine();
        var all = oddities.ToList();
        text.AppendLine(all.Count == 0 ? "Nothing is odd about it." : "What is odd about it:");
        foreach (var oddity in all) text.Line($"  - {oddity}");
    }

    private static string At(DateTimeOffset? at) => at is { } known ? Words.Of(known) : "no time";

    private static string Of(ExplainedParticipant user) =>
        $"{user.User}, {(user.Confirmed ? "confirmed" : "has not confirmed")}{(user.Counts is { } counts ? $", counts as {counts}" : "")}";

    // Text that others wrote into the database must not look like a line of this output, and must not control the terminal.
    private static StringBuilder Line(this StringBuilder text, string line) => text.AppendLine(OneLine.Of(line));
}
