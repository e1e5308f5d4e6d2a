using Microsoft.Extensions.Configuration;
using Wingman.Grains.Tests.Cluster;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Silo.Operations.Support;

namespace Wingman.Grains.Tests.Operators;

/// <summary>Compares explanations with what really happened.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExplainTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    /// <summary>
    /// 200 sessions go through confirmations, cancellations, expiries, repairs and other programs' writes to their rows. The steps
    /// of one session run in order, all sessions run at the same time, and a journal of each records the answers.
    /// </summary>
    [Fact]
    public async Task Explain_OfTwoHundredSessions_ShowsEachAsItsJournalDoes()
    {
        const int Steps = 17;
        var random = new Random(20260311);
        Journal[] journals = [.. (await Cluster.Tables.AddMeetingsAsync(200, startsIn: TimeSpan.FromHours(-30))).Select(static meeting => new Journal(meeting))];
        // A few sequences that random ones would seldom contain, and random ones.
        int[][] known = [[1, 12], [0, 5], [5, 13], [0, 15], [13], [14], [12], [0, 16], [7], [5, 9], [5, 10], [5, 8], [5, 9, 0, 1]];
        int[][] lives = [.. known, .. journals.Skip(known.Length).Select(_ => Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(Steps)).ToArray())];

        await Task.WhenAll(journals.Select(async (journal, number) =>
        {
            foreach (var step in lives[number]) await journal.StepAsync(Cluster, step, number);
        }));

        List<string> seen = [];
        foreach (var journal in journals)
        {
            var explanation = await ExplainAsync(journal.Meeting.Session);
            var shown = explanation.Lines.Where(static line => line.Kind != "observed").Select(static line => $"{line.Kind} {line.Actor} {line.Operator} {(line.Operator is null ? "" : line.Detail)}");
            Assert.Equal(journal.Lines, shown);
            Assert.Equal((journal.Status, journal.User1, journal.User2), (explanation.Row?.Status, explanation.Row?.User1.Confirmed ?? journal.User1, explanation.Row?.User2.Confirmed ?? journal.User2));
            Assert.All(explanation.Lines, static line => Assert.StartsWith($"{Environment.MachineName}:", line.Host, StringComparison.Ordinal));
            // Other programs' writes are detected later or never, but nothing may be reported where no other program wrote.
            Assert.True(journal.HasForeignWrites || explanation.Oddities.All(static oddity => oddity.Code != "foreign_changes"));
            var expected = journal.Oddities(isNoticed: explanation.Lines.Any(static line => line.Kind == "observed"));
            Assert.Equal(expected, explanation.Oddities.Select(static oddity => oddity.Code).Where(static code => code is not ("foreign_changes" or "counter_too_low")).ToHashSet().Order());
            if (explanation.Row is { } row)
            {
                Assert.Equal((Counts(journal, journal.User1), Counts(journal, journal.User2)), (row.User1.Counts, row.User2.Counts));
                await AssertUserAsync(journal.Meeting.User1, row.User1.Counts, journal.Meeting.Session);
            }

            seen.AddRange(expected);
        }

        // The sessions contain each oddity at least once.
        string[] there =
        [
            "no_row", "flag_without_event", "event_without_flag", "completed_without_event", "cancelled_without_event", "changed_after_end", "completed_without_both",
            "expired_with_confirmation", "repaired", "both_flags_but_open", "never_due", "counters_differ",
        ];
        Assert.Empty(there.Except(seen));
    }

    [Fact]
    public async Task Explain_OfADisputedNoShow_ReadsLikeThis()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        var session = Cluster.Session(meeting);
        await session.ConfirmCompletionAsync(meeting.User1);
        await session.ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue));
        await session.RepairAsync(new(RepairKind.Complete, new("olga", "ticket 17: photo of both")));

        var explanation = await ExplainAsync(meeting.Session);
        var text = SupportText.Of(explanation);

        var host = explanation.Lines[0].Host;
        var completedAt = explanation.Row!.CompletedAt!.Value.ToString("yyyy-MM-dd HH:mm:ss'Z'", null);
        Assert.Equal(
            $"It is completed by the operator olga, and counts for {meeting.User1} as completed and {meeting.User2} as completed.", explanation.Summary);
        Assert.Contains($"{meeting.User1} confirmed, the buddy had not yet  (host {host})", text, StringComparison.Ordinal);
        Assert.Contains($"ended as a no-show: its grace period was over  (host {host})", text, StringComparison.Ordinal);
        Assert.Contains($"  {completedAt}  the operator olga completed it: ticket 17: photo of both  (host {host})", text, StringComparison.Ordinal);
        Assert.Contains("repaired: Operators have changed it: the operator olga completed it: ticket 17: photo of both.", text, StringComparison.Ordinal);
        Assert.Contains("counts 1 and 1, 1 completed sessions", text, StringComparison.Ordinal);
        Assert.Equal(["repaired"], explanation.Oddities.Select(static oddity => oddity.Code));
    }

    [Fact]
    public async Task Explain_WhenSinceIsConfigured_GoesByItWhileNoShowsAreDetected()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var at = (await Cluster.Tables.SessionAsync(meeting.Session)).ScheduledAt!.Value;
        var before = (await Cluster.Tables.ListAsync("select coalesce(since::text, '') from wingman.no_show_detection")).Single();
        try
        {
            await Cluster.Tables.ExecuteAsync("update wingman.no_show_detection set since = $1", at.AddHours(1).UtcDateTime);
            Assert.Null((await ExplainAsync(meeting.Session)).NoShowDueAt);
            Assert.Equal(at.AddHours(24), (await ExplainAsync(meeting.Session, since: at)).NoShowDueAt);

            await Cluster.Tables.ExecuteAsync("update wingman.no_show_detection set since = $1", at.UtcDateTime);
            Assert.Equal(at.AddHours(24), (await ExplainAsync(meeting.Session)).NoShowDueAt);
            Assert.Null((await ExplainAsync(meeting.Session, since: at.AddHours(1))).NoShowDueAt);

            await Cluster.Tables.ExecuteAsync("update wingman.no_show_detection set since = null");
            Assert.Null((await ExplainAsync(meeting.Session, since: at)).NoShowDueAt);
        }
        finally
        {
            await Cluster.Tables.ExecuteAsync("update wingman.no_show_detection set since = nullif($1, '')::timestamptz", before);
        }
    }

    [Fact]
    public async Task Explain_WhenTheRowIsLocked_SaysByWhom()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await using var other = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var update = other.CreateCommand())
        {
            update.CommandText = $"update public.wingman_sessions set notes = 'mine' where id = '{meeting.Session}'";
            await update.ExecuteNonQueryAsync();
        }

        var held = Assert.Single((await ExplainAsync(meeting.Session)).Locks);

        Assert.Equal(("session", other.ProcessID, "someone else", "idle in transaction"), (held.Row, held.Pid, held.Application, held.State));
        await transaction.RollbackAsync();
        Assert.Empty((await ExplainAsync(meeting.Session)).Locks);
    }

    [Fact]
    public async Task Explain_WhenNobodyKnowsTheId_SaysSo()
    {
        var explanation = await ExplainAsync(new(Guid.NewGuid()));

        Assert.Equal((null, "No such session is known."), (explanation.Row, explanation.Summary));
        Assert.Empty(explanation.Oddities);
    }

    [Fact]
    public async Task Explain_WhenOthersWroteControlCharacters_ShowsNone()
    {
        var text = await TextOfObservedAsync("\u001b[2Jgone\rnew\u009b");

        Assert.DoesNotContain(text, static letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public async Task Explain_WhenOthersWroteALineBreak_ShowsItEscapedWithinItsLine()
    {
        var text = await TextOfObservedAsync("moved\r\n  was completed");

        Assert.Contains(@"had changed the row: moved\r\n  was completed  (host x)", text, StringComparison.Ordinal);
    }

    private static string? Counts(Journal journal, bool hasConfirmed) => (journal.Status, hasConfirmed) switch
    {
        ("completed", _) => "completed",
        ("no_show", false) => "no_show",
        _ => null,
    };

    private async Task AssertUserAsync(UserId user, string? counts, SessionId session)
    {
        await using var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        var explanation = await Explainer().ExplainUserAsync(connection, user.Value);
        Assert.Equal((counts == "completed" ? 1 : 0, counts == "no_show" ? 1 : 0, 1), (explanation.Completed, explanation.NoShows, explanation.Matches));
        Assert.Equal(counts is null ? [] : [(session.Value, counts)], explanation.Credits.Select(static credit => (credit.Session, (string?)credit.Outcome)));
    }

    /// <summary>The explanation of a session whose log has a line with this detail about another program's change.</summary>
    private async Task<string> TextOfObservedAsync(string detail)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await Cluster.Tables.ExecuteAsync(
            "insert into wingman.events (session_id, kind, at, host, detail) values ($1, 'observed', now(), 'x', $2)", meeting.Session.Value, detail);
        return SupportText.Of(await ExplainAsync(meeting.Session));
    }

    private async Task<SessionExplanation> ExplainAsync(SessionId session, DateTimeOffset? since = null)
    {
        await using var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        return await Explainer(since).ExplainSessionAsync(connection, session.Value);
    }

    private Explainer Explainer(DateTimeOffset? since = null)
    {
        Dictionary<string, string?> settings = new() { ["Wingman:Reputation:Counting"] = $"{CreditCounting.Fair}" };
        if (since is { } configured) settings["Wingman:NoShow:Since"] = $"{configured:O}";
        return new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), Cluster.Clock);
    }
}
