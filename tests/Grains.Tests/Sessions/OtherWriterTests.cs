using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Sessions;
using Wingman.Testing;
using Wingman.Testing.Invariants;
using Wingman.Testing.Product;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>
/// Another program changes a session after our first confirmation of it: that change is kept, the answers agree with the rows,
/// and the tables are as if both programs had used correct transactions.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class OtherWriterTests(FaultFixture fixture)
{
    private static readonly DateTimeOffset CompletedThen = new(2025, 3, 4, 18, 30, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset NewTime = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Dictionary<string, OtherChange> Changes = new()
    {
        ["cancels it"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "status = 'cancelled'"),
            "Cancelled True False", ConfirmOutcome.Cancelled, "cancelled True False", 0, ["confirmed"], (0, 0, 0, 0), "status Cancelled (was Scheduled)"),
        ["makes it a no-show"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "status = 'no_show'"),
            "NoShow True False", ConfirmOutcome.NoShow, "no_show True False", 0, ["confirmed"], (0, 0, 0, 1), "status NoShow (was Scheduled)"),
        ["sets the other flag"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, Tables.SetUser2),
            "Scheduled True True", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "user2 confirmed True (was False)"),
        ["completes it through the old endpoint"] = new(
            async (_, old, meeting) => Assert.True((await old.ConfirmCompletionAsync(meeting.Session.Value, meeting.User2.Value)) is { StatusCode: 200, ReputationUpdated: true }),
            "Completed True True", ConfirmOutcome.AlreadyCompleted, "completed True True", 1, ["confirmed"], (1, 0, 1, 0),
            "status Completed (was Scheduled), user2 confirmed True (was False)"),
        ["confirms through the older endpoint"] = new(
            async (_, old, meeting) => Assert.Equal(200, (await old.ConfirmAsync(meeting.Session.Value, meeting.User1.Value, meeting.User2.Value)).StatusCode),
            "Completed True True", ConfirmOutcome.AlreadyCompleted, "completed True True", 0, ["confirmed"], (1, 0, 1, 0),
            "status Completed (was Scheduled), user2 confirmed True (was False)"),
        ["deletes it"] = new(
            async (tables, _, meeting) => await tables.DeleteAsync(meeting.Session),
            null, ConfirmOutcome.NotFound, null, 0, ["confirmed"], (0, 0, 0, 0), "deleted"),
        ["deletes its match"] = new(
            async (tables, _, meeting) => await tables.DeleteAsync(meeting.Match),
            null, ConfirmOutcome.NotFound, null, null, ["confirmed"], (0, 0, 0, 0), "deleted"),
        ["deletes a user"] = new(
            async (tables, _, meeting) => await tables.DeleteAsync(meeting.User1),
            null, ConfirmOutcome.NotFound, null, null, ["confirmed"], (0, 0, 0, 0), "deleted"),
        ["declines the match"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Match, "status = 'declined'"),
            "Scheduled True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), null),
        ["reschedules it"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, $"scheduled_time = '{NewTime:O}'"),
            "Scheduled True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "scheduled for 2030-01-02 03:04:05Z"),
        ["sets it to in progress"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "status = 'in_progress'"),
            "InProgress True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "status InProgress (was Scheduled)"),
        ["removes its status"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "status = null"),
            "Scheduled True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "other columns"),
        ["removes its time"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "scheduled_time = null"),
            "Scheduled True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "scheduled for none"),
        ["removes its flags"] = new(
            async (tables, _, meeting) => await tables.SetAsync(meeting.Session, "user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null"),
            "Scheduled False False", ConfirmOutcome.WaitingForBuddy, "scheduled  True", 0, ["confirmed", "confirmed"], (0, 0, 0, 0), "user1 confirmed False (was True)"),
        ["writes notes"] = new(
            async (_, old, meeting) => Assert.Equal(200, (await old.UpdateNotesAsync(meeting.Session.Value, meeting.User1.Value, "door")).StatusCode),
            "Scheduled True False", ConfirmOutcome.Completed, "completed True True", 1, ["confirmed", "completed"], (1, 0, 1, 0), "other columns"),
    };

    private WingmanCluster Cluster => fixture.Cluster;

    /// <summary>The rows of the theories.</summary>
    public static TheoryData<string> Names => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Session_WhenSomeoneElseChangesItAfterOurFirstConfirmation_GoesOnFromThere(string name)
    {
        var change = Changes[name];
        await using var old = new OldBackend(Cluster.Database.Administrator, new FixedClock(CompletedThen));
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: CompletedThen - Cluster.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        var session = Cluster.Session(meeting);
        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await session.ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User2));

        await change.MakeAsync(Cluster.Tables, old, meeting);
        var changed = await Cluster.Tables.FindAsync(meeting.Session);

        Assert.Equal(change.Shown, ShownOf(await session.GetAsync(meeting.User2)));
        Assert.Equal(change.Answer, (await session.ConfirmCompletionAsync(meeting.User2)).Outcome);

        // The tables: what the other program wrote is kept, and all else was written by us.
        var row = await Cluster.Tables.FindAsync(meeting.Session);
        Assert.Equal(change.Row, row is null ? null : $"{row.Status} {row.User1} {row.User2}");
        Assert.Equal(changed?.ScheduledAt, row?.ScheduledAt);
        if (change.Answer != ConfirmOutcome.Completed) Assert.Equal(changed?.CompletedAt, row?.CompletedAt);
        if (change.Counters is { } counters)
        {
            var match = await Cluster.Tables.MatchAsync(meeting.Match);
            Assert.Equal((name == "declines the match" ? "declined" : "accepted", counters, counters), (match.Status, match.Counter1, match.Counter2));
        }

        Assert.Equal(change.Transitions, await Cluster.Tables.TransitionsAsync(meeting.Session));
        Assert.Equal(change.Credits, await Cluster.LaterCountsAsync(meeting));
        await ObservedAsync(meeting, change);
        if (row is null) await Eventually.IsTrueAsync("what is deleted has no activation", _ => Task.FromResult(!Cluster.IsActive(session)));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    /// <summary>The caller who has confirmed confirms again: there is nothing to write, so no version check could detect the change.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Repeat_WhenSomeoneElseChangedTheSession_IsAnsweredFromTheRow(string name)
    {
        var change = Changes[name];
        await using var old = new OldBackend(Cluster.Database.Administrator, new FixedClock(CompletedThen));
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: CompletedThen - Cluster.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await change.MakeAsync(Cluster.Tables, old, meeting);

        var outcome = (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome;

        var expected = change.Shown switch
        {
            null => ConfirmOutcome.NotFound,
            "Scheduled True True" => ConfirmOutcome.Completed,
            _ when change.Answer == ConfirmOutcome.Completed => ConfirmOutcome.WaitingForBuddy,
            _ => change.Answer,
        };
        Assert.Equal(expected, outcome);
        await ObservedAsync(meeting, change);
    }

    [Fact]
    public async Task Expire_WhenSomeoneElseSetTheOtherFlag_CompletesAndBlamesNobody()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Tables.SetAsync(meeting.Session, Tables.SetUser2);

        Assert.Equal(ExpireOutcome.Completed, await Cluster.Session(meeting).ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue)));

        Assert.Equal(new("accepted", 1, 1), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal((1, 0, 1, 0), await Cluster.LaterCountsAsync(meeting));
    }

    /// <summary>A cached answer that a session is over may have the maximum age, and no more.</summary>
    [Fact]
    public async Task Repeat_WhenTheSessionIsOver_IsAnsweredFromMemoryForMaxAgeOnly()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user2: true);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Tables.DeleteAsync(meeting.Session);

        // A request to read the session always reads the row.
        Assert.Equal(GetSessionOutcome.NotFound, (await Cluster.Session(meeting).GetAsync(meeting.User1)).Outcome);
        Cluster.Clock.Advance(new SessionsOptions().MaxAge);

        Assert.Equal(ConfirmOutcome.NotFound, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal((0, 0, 0, 0), await Cluster.LaterCountsAsync(meeting));
    }

    /// <summary>A silo that hung and was replaced reads, when it runs again, what its successor wrote. Only other programs' changes are logged as such.</summary>
    [Fact]
    public async Task Repeat_WhenAnotherOfOurSilosWroteTheRow_LogsNoOtherProgramsChange()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await using (var successor = await WingmanCluster.StartAsync(Cluster.Database, new() { Silos = 1, Clock = Cluster.Clock }))
            Assert.Equal(ConfirmOutcome.Completed, (await successor.Session(meeting).ConfirmCompletionAsync(meeting.User2)).Outcome);

        Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
        await Cluster.Tables.SetAsync(meeting.Session, "venue_name = 'Park'");
        Cluster.Clock.Advance(new SessionsOptions().MaxAge);
        Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);

        var lines = await Eventually.BecomesAsync(
            "the log has the other program's change",
            _ => Cluster.Tables.LogAsync(meeting.Session),
            static lines => lines.Any(static line => line.Detail == "other columns"));
        Assert.Equal(["confirmed", "completed", "observed"], lines.Select(static line => line.Kind));
    }

    [Fact]
    public async Task Cancel_WhenSomeoneElseCompletedTheSession_IsTooLate()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Tables.SetAsync(meeting.Session, $"status = 'completed', completed_at = '{CompletedThen:O}', {Tables.SetUser2}");

        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.Completed), await Cluster.Session(meeting).CancelAsync(meeting.User1));

        Assert.Equal(CompletedThen, (await Cluster.Tables.SessionAsync(meeting.Session)).CompletedAt);
    }

    /// <summary>The product's tables allow several active sessions of a match.</summary>
    [Fact]
    public async Task ConfirmCompletion_WhenManySessionsOfOneMatchCompleteAtOnce_CountsEach()
    {
        var first = await Cluster.Tables.AddMeetingAsync(user1: true);
        Meeting[] meetings = [.. Enumerable.Range(0, 40).Select(_ => first with { Session = new(Guid.NewGuid()) })];
        await Cluster.Tables.AddSessionsAsync(meetings);

        await Task.WhenAll(meetings.Select(meeting => Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)));
        await Task.WhenAll(meetings.Append(first).Select(meeting => Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2)));

        Assert.Equal(new("accepted", 41, 41), await Cluster.Tables.MatchAsync(first.Match));
        Assert.Equal((41, 0), await Cluster.CountsAsync(first.User1));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    private async Task ObservedAsync(Meeting meeting, OtherChange change)
    {
        if (change.Observed is null) return;

        var lines = await Eventually.BecomesAsync(
            "the log has the change",
            async _ => (await Cluster.Tables.LogAsync(meeting.Session)).Where(line => line.Kind == "observed").ToArray(),
            lines => lines.Length > 0);
        Assert.StartsWith(change.Observed, Assert.Single(lines).Detail, StringComparison.Ordinal);
    }

    private static string? ShownOf(GetSessionResult result) =>
        result.Session?.Snapshot is { } shown ? $"{shown.Status} {shown.User1Confirmed} {shown.User2Confirmed}" : null;

    /// <param name="MakeAsync">Makes the change.</param>
    /// <param name="Shown">What a read of the session returns then; null if there is none.</param>
    /// <param name="Answer">The answer to the buddy's confirmation.</param>
    /// <param name="Row">The row in the end: status and flags; null for none.</param>
    /// <param name="Counters">Both of the match's counters in the end; null if there is no match.</param>
    /// <param name="Transitions">The lines that were written with our changes.</param>
    /// <param name="Credits">Both reputations in the end.</param>
    /// <param name="Observed">What the log records about the change; null if it does not affect the session's row.</param>
    private sealed record OtherChange(
        Func<Tables, OldBackend, Meeting, Task> MakeAsync,
        string? Shown,
        ConfirmOutcome Answer,
        string? Row,
        int? Counters,
        string[] Transitions,
        (long, long, long, long) Credits,
        string? Observed);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
