using System.Collections.Concurrent;
using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Testing.Invariants;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.Grains.Tests.SideBySide;

/// <summary>
/// The old backend's confirm-completion and Wingman change the same sessions at the same time. The old backend loses counter
/// increments, ours among them, and may complete again what we have completed; but all our promises are kept.
/// </summary>
public sealed class OldAndNewTests(ITestOutputHelper output)
{
    private const int Matches = 500;

    private const int SessionsPerMatch = 4;

    /// <summary>The old backend's clock, so that its completions can be distinguished from ours.</summary>
    private static readonly DateTimeOffset Then = new(2025, 3, 4, 18, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task SessionsThatBothWork_LoseNoAcknowledgedWrite()
    {
        await using var database = await TestDatabase.CreateProductsAsync();
        await using var cluster = await WingmanCluster.StartAsync(database);
        await using var old = new OldBackend(database.Administrator, new FixedClock(Then));
        var meetings = await AddMeetingsAsync(cluster);
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var promises = new Promises();
        ConcurrentQueue<string> oldAnswers = [];
        var random = new Random(seed);
        // Each user confirms twice, each time through the old backend or Wingman; calls close in time are mostly about the same session.
        var calls = meetings
            .SelectMany((meeting, index) => new[] { meeting.User1, meeting.User2, meeting.User1, meeting.User2 }
                .Select(user => (Meeting: meeting, User: user, IsOld: random.Next(2) == 0, Place: index + (4 * random.NextDouble()))))
            .OrderBy(static call => call.Place)
            .ToArray();

        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = 48 }, async (call, _) =>
        {
            if (call.IsOld)
            {
                var answer = await old.ConfirmCompletionAsync(call.Meeting.Session.Value, call.User.Value);
                Assert.True(answer.Succeeded, $"{answer.Message} {answer.Cause}");
                // The old endpoint answers "already completed" without having written anything.
                if (answer.Message != "Session already completed") promises.Acknowledge(call.Meeting.Session, call.User);
                oldAnswers.Enqueue(answer.Message);
            }
            else
            {
                var answer = await cluster.Session(call.Meeting).ConfirmCompletionAsync(call.User);
                Assert.Contains(answer.Outcome, new[] { ConfirmOutcome.WaitingForBuddy, ConfirmOutcome.Completed, ConfirmOutcome.AlreadyCompleted });
                promises.Acknowledge(call.Meeting.Session, call.User);
            }
        });

        var ours = await cluster.Tables.CountAsync("select count(*) from wingman.events where kind = 'completed'");
        var theirs = await cluster.Tables.CountAsync("select count(*) from journal.changes where writer = 'old backend' and after ->> 'status' = 'completed'");
        output.WriteLine($"{ours} completed by us; {theirs} changes of completed rows by the old backend; {oldAnswers.CountBy(static answer => answer).Aggregate("", static (text, pair) => $"{text}\n{pair.Value} x {pair.Key}")}");
        Assert.InRange(ours, 100, (Matches * SessionsPerMatch) - 100);

        // I1: every confirmation that either acknowledged is stored, and so every session is completed with both confirmations.
        Assert.Empty(await promises.FindLostAsync(database.OtherWriter));
        Assert.Equal(0, await cluster.Tables.CountAsync(
            """
            select count(*) from public.wingman_sessions
            where not (status = 'completed' and user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)
            """));

        // I2, I4, I5 for every change. Among others: none of ours completes a session with one confirmation, none changes a session
        // that is over, each has exactly one line in the log, and each adds exactly one to the counters as they were in its commit.
        await Invariant.AssertAllAsync(database.OtherWriter);
        Assert.Equal(0, await cluster.Tables.CountAsync(
            "select count(*) from (select session_id from wingman.events where kind = 'completed' group by session_id having count(*) > 1) twice"));

        // The journal has every change of the counters. The old backend writes one more than it had read some time before, so all
        // increments in between are lost. These increments, and no others, are missing at the end.
        Assert.Equal(0, await cluster.Tables.CountAsync(
            $"""
            with steps as (
              select id, row_id, writer, (before ->> 'user1_reputation')::int as old, (after ->> 'user1_reputation')::int as new,
                     lag((after ->> 'user1_reputation')::int, 1, 0) over (partition by row_id order by id) as previous
              from journal.changes where relation = 'wingman_matches' and before is not null)
            select count(*) from steps s
            where old <> previous
               or (writer = '{ChangeJournal.Ours}' and new <= old)
               or (writer <> '{ChangeJournal.Ours}' and new <> 1
                   and not exists (select from steps e where e.row_id = s.row_id and e.id < s.id and e.new = s.new - 1))
            """));
        Assert.Equal(0, await cluster.Tables.CountAsync(
            $"""
            select count(*) from public.wingman_matches m
            where not exists (select from journal.changes c where c.row_id = m.id and c.before is not null and c.writer <> '{ChangeJournal.Ours}')
              and (m.user1_reputation, m.user2_reputation) <> ({SessionsPerMatch}, {SessionsPerMatch})
            """));

        // I3: every reputation equals a count of the rows.
        cluster.Clock.Advance(new ReputationOptions().MaxAge);
        var users = meetings.SelectMany(static meeting => new[] { meeting.User1, meeting.User2 }).Distinct().ToArray();
        var answers = await Task.WhenAll(users.Select(async user => (user, await cluster.Reputation(user).GetAsync())));
        Assert.Empty(await Promises.FindWrongAsync(database.OtherWriter, answers.ToDictionary()));
        Assert.Equal(2L * Matches * SessionsPerMatch, answers.Sum(static answer => answer.Item2.CompletedSessions));
    }

    private static async Task<Meeting[]> AddMeetingsAsync(WingmanCluster cluster)
    {
        var first = await cluster.Tables.AddMeetingsAsync(Matches);
        Meeting[] more = [.. first.SelectMany(meeting => Enumerable.Range(1, SessionsPerMatch - 1).Select(_ => meeting with { Session = new(Guid.NewGuid()) }))];
        await cluster.Tables.AddSessionsAsync(more);
        return [.. first.Concat(more).OrderBy(static meeting => meeting.Match.Value)];
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
