using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Testing;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Matches;

/// <summary>Registering matches and scheduling their sessions, while others change the same rows.</summary>
[Collection(ClusterCollection.Name)]
public sealed class MatchGrainTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Register_WhenNewThenRepeatedThenChanged_WritesTheRowTwice()
    {
        var meeting = Meeting.New();
        var match = Cluster.Match(meeting.Match);

        Assert.Equal(RegisterMatchOutcome.Created, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Pending)));
        Assert.Equal(RegisterMatchOutcome.Updated, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Pending)));
        Assert.Equal(new("pending", 0, 0), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal(RegisterMatchOutcome.Updated, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted)));
        Assert.Equal(new("accepted", 0, 0), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal(2, await Cluster.Tables.CountAsync("select count(*) from journal.changes where row_id = $1", meeting.Match.Value));
    }

    [Fact]
    public async Task Register_WhenTheUsersDiffer_ChangesNothing()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting);

        var outcome = await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, new(Guid.NewGuid()), MatchStatus.Declined));

        Assert.Equal(RegisterMatchOutcome.UsersDiffer, outcome);
        Assert.Equal("accepted", (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
    }

    [Fact]
    public async Task Register_KeepsTheCountersOfOthers()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting, "pending");
        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Declined));
        await Cluster.Tables.SetAsync(meeting.Match, "user1_reputation = 7, user2_reputation = null");

        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted));

        Assert.Equal(new("accepted", 7, null), await Cluster.Tables.MatchAsync(meeting.Match));
    }

    [Fact]
    public async Task Schedule_WhenAccepted_MakesARowThatBothCanConfirm()
    {
        var meeting = await AcceptedAsync();
        var challenge = Guid.NewGuid();
        var startsAt = Cluster.Clock.GetUtcNow().AddHours(3);

        var result = await Cluster.Match(meeting.Match).ScheduleSessionAsync(new(new(meeting.User1, false), "Park", startsAt, challenge, null));

        Assert.Equal((ScheduleOutcome.Scheduled, MatchStatus.Accepted), (result.Outcome, result.MatchStatus));
        var session = Cluster.Session(result.Session!.Value);
        var shown = (await session.GetAsync(meeting.User2)).Session!;
        Assert.Equal(("Park", challenge, (Guid?)null), (shown.VenueName, shown.User1.Challenge!.Id, shown.User2.Challenge?.Id));
        Assert.Equal(startsAt, shown.Snapshot.ScheduledAt!.Value, TimeSpan.FromMicroseconds(1));
        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await session.ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal(ConfirmOutcome.Completed, (await session.ConfirmCompletionAsync(meeting.User2)).Outcome);
        Assert.Equal(
            [new("scheduled", meeting.User1, null), new("confirmed", meeting.User1, null), new("completed", meeting.User2, null)],
            await Cluster.Tables.LogAsync(result.Session.Value));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Schedule_WhenOneIsActive_IsRefusedUntilItIsOver()
    {
        var meeting = await AcceptedAsync();
        var first = await ScheduleAsync(meeting);
        Assert.Equal(ScheduleOutcome.Scheduled, first.Outcome);
        Assert.Equal(ScheduleOutcome.AlreadyActive, (await ScheduleAsync(meeting)).Outcome);

        await Cluster.Session(first.Session!.Value).CancelAsync(meeting.User1);

        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("in_progress")]
    [InlineData(null)]
    public async Task Schedule_WhenTheProductInsertedAnActiveSession_IsRefusedUntilItDeletesIt(string? status)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status);
        Assert.Equal(ScheduleOutcome.AlreadyActive, (await ScheduleAsync(meeting)).Outcome);

        await Cluster.Tables.DeleteAsync(meeting.Session);

        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    [Fact]
    public async Task Schedule_WhenManyAskAtOnce_SchedulesOne()
    {
        var meeting = await AcceptedAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScheduleAsync(meeting)));

        Assert.Single(results, result => result.Outcome == ScheduleOutcome.Scheduled);
        Assert.All(results.Where(result => result.Session is null), result => Assert.Equal(ScheduleOutcome.AlreadyActive, result.Outcome));
        Assert.Equal(1, await SessionsAsync(meeting));
    }

    /// <summary>Any text may be a match's status. A status that another program wrote is answered as it is, and is never set back.</summary>
    [Theory]
    [InlineData("pending")]
    [InlineData("declined")]
    [InlineData("expired")]
    [InlineData("Accepted ")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Schedule_WhenSomeoneElseChangesTheStatus_IsRefusedWithItUntilItIsAccepted(string? status)
    {
        var meeting = await AcceptedAsync();
        Assert.Equal(ScheduleOutcome.TimeNotInFuture, (await ScheduleAsync(meeting, TimeSpan.Zero)).Outcome);
        await Cluster.Tables.ExecuteAsync("update public.wingman_matches set status = $2 where id = $1", meeting.Match.Value, status);

        Assert.Equal(new(ScheduleOutcome.MatchNotAccepted, null, status ?? "pending"), await ScheduleAsync(meeting));
        Assert.Equal(status, (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
        Assert.Equal(0, await SessionsAsync(meeting));

        await Cluster.Tables.SetAsync(meeting.Match, "status = 'accepted'");
        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    [Fact]
    public async Task Schedule_WhenSomeoneElseDeletesTheMatch_FindsNothingAndKeepsNoActivation()
    {
        var meeting = await AcceptedAsync();
        await ScheduleAsync(meeting);
        await Cluster.Tables.DeleteAsync(meeting.Match);

        Assert.Equal(new(ScheduleOutcome.MatchNotFound), await ScheduleAsync(meeting));

        Assert.Equal(0, await SessionsAsync(meeting));
        await Eventually.IsTrueAsync("the deleted match has no activation", _ => Task.FromResult(!Cluster.IsActive(Cluster.Match(meeting.Match))));
    }

    [Fact]
    public async Task Schedule_WhenUnknown_FindsNothingUntilTheProductInsertsTheMatch()
    {
        var meeting = Meeting.New();
        Assert.Equal(new(ScheduleOutcome.MatchNotFound), await ScheduleAsync(meeting));

        await Cluster.Tables.AddMatchAsync(meeting);

        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    /// <summary>Two clusters without a connection have one activation each; the product's tables have no unique index that would help.</summary>
    [Fact]
    public async Task Schedule_WhenTwoActivationsAskAtOnce_SchedulesOne()
    {
        await using var database = await TestDatabase.CreateProductsAsync();
        await using var left = await WingmanCluster.StartAsync(database, new() { Silos = 1 });
        await using var right = await WingmanCluster.StartAsync(database, new() { Silos = 1 });
        for (var round = 0; round < 50; round++)
        {
            var meeting = Meeting.New();
            await left.Tables.AddMatchAsync(meeting);
            var request = new ScheduleSession(new(meeting.User1, false), "Cafe", left.Clock.GetUtcNow().AddHours(1), TestDatabase.Challenge1, TestDatabase.Challenge2);

            var results = await Task.WhenAll(new[] { left, right, left, right }.Select(cluster => cluster.Match(meeting.Match).ScheduleSessionAsync(request)));

            Assert.Single(results, result => result.Outcome == ScheduleOutcome.Scheduled);
            Assert.Equal(3, results.Count(result => result.Outcome == ScheduleOutcome.AlreadyActive));
        }

        Assert.Equal(50, await left.Tables.CountAsync("select count(*) from public.wingman_sessions"));
        await Invariant.AssertAllAsync(database.OtherWriter);
    }

    [Fact]
    public async Task Schedule_WhenRepeatedWithTheSameId_SchedulesOne()
    {
        var meeting = await AcceptedAsync();
        var request = new ScheduleSession(new(meeting.User1, false), "Cafe", Cluster.Clock.GetUtcNow().AddHours(1), null, null, new SessionId(Guid.NewGuid()));

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Cluster.Match(meeting.Match).ScheduleSessionAsync(request)));

        Assert.All(results, result => Assert.Equal(new(ScheduleOutcome.Scheduled, request.Session, MatchStatus.Accepted), result));
        Assert.Equal(1, await SessionsAsync(meeting));
    }

    [Fact]
    public async Task Register_AfterTheProductDeletedTheLastSession_DoesNotBringItBack()
    {
        var meeting = await AcceptedAsync();
        var scheduled = await ScheduleAsync(meeting);
        await Cluster.Tables.DeleteAsync(scheduled.Session!.Value);

        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Declined));

        Assert.Equal(0, await SessionsAsync(meeting));
    }

    private async Task<Meeting> AcceptedAsync()
    {
        var meeting = Meeting.New();
        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted));
        return meeting;
    }

    private Task<ScheduleSessionResult> ScheduleAsync(Meeting meeting, TimeSpan? startsIn = null) => Cluster.Match(meeting.Match).ScheduleSessionAsync(
        new(new(meeting.User2, false), "Cafe", Cluster.Clock.GetUtcNow() + (startsIn ?? TimeSpan.FromHours(1)), TestDatabase.Challenge1, TestDatabase.Challenge2));

    private Task<long> SessionsAsync(Meeting meeting) =>
        Cluster.Tables.CountAsync("select count(*) from public.wingman_sessions where match_id = $1", meeting.Match.Value);
}
