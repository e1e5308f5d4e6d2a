using System.Text;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations.Support;

/// <summary>Stories for people to read in a terminal.</summary>
internal static class SupportText
{
    /// <summary>A session's story.</summary>
    public static string Of(SessionStory story)
    {
        var text = new StringBuilder().Line($"Session {story.Session}").Line(story.Summary);
        if (story.Row is { } row)
        {
            text.AppendLine()
                .Line($"  status      {row.Status ?? "none, which is treated as scheduled"}")
                .Line($"  scheduled   {At(row.ScheduledAt)}{(story.NoShowDueAt is { } due ? $", ends as a no-show {Words.Of(due)}" : "")}")
                .Line($"  completed   {At(row.CompletedAt)}")
                .Line($"  user 1      {Of(row.User1)}")
                .Line($"  user 2      {Of(row.User2)}")
                .Line($"  match       {row.Match.Id}, {row.Match.Status ?? "without a status"}, counts {row.Match.User1Counter ?? 0} and {row.Match.User2Counter ?? 0}, "
                    + $"{row.Match.CompletedSessions} completed sessions");
        }

        text.AppendLine().AppendLine(story.Lines.Count == 0 ? "The log has no lines about it." : "What happened, by the log:");
        foreach (var line in story.Lines) text.Line($"  {Words.Of(line.At)}  {line.Text}  (host {line.Host})");
        Append(text, story.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}"));
        return text.ToString().TrimEnd();
    }

    /// <summary>A user's story.</summary>
    public static string Of(UserStory story)
    {
        var text = new StringBuilder().Line($"User {story.User}").Line(story.Summary).AppendLine();
        foreach (var (status, count) in story.Sessions) text.Line($"  {status,-12}{count} sessions");
        text.Line($"  {"announced",-12}{(story.Announced is { } last ? $"completed {last.Completed}, no-shows {last.NoShows}" : "nothing yet")}");
        if (story.Credits.Count > 0)
        {
            var all = story.Completed + story.NoShows;
            text.AppendLine().Line(all > story.Credits.Count ? $"What counts ({story.Counting} counting), the newest {story.Credits.Count} of {all}:" : $"What counts ({story.Counting} counting):");
            foreach (var credit in story.Credits) text.Line($"  {At(credit.At),-20}  {credit.Outcome,-10}  session {credit.Session}");
        }

        Append(text, story.Oddities.Select(static oddity => $"{oddity.Code}: {oddity.Text}. {oddity.Count} sessions: {string.Join(", ", oddity.Sessions)}"));
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

    private static string Of(ParticipantStory user) =>
        $"{user.User}, {(user.Confirmed ? "confirmed" : "has not confirmed")}{(user.Counts is { } counts ? $", counts as {counts}" : "")}";

    // Text that others wrote into the database must neither look like a line of ours nor control the terminal.
    private static StringBuilder Line(this StringBuilder text, string line) => text.AppendLine(OneLine.Of(line));
}
