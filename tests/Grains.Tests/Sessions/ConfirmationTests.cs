using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>Confirming, through grains on two silos and a real database.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ConfirmationTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task ConfirmCompletion_WhenBothConfirm_CompletesWithBothCredits()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        var session = Cluster.Session(meeting.Session);

        Assert.Equal(new(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled), await session.ConfirmCompletionAsync(meeting.User1));
        Assert.Equal(new("scheduled", true, false, null), await Cluster.Product.SessionAsync(meeting.Session));
        Assert.Empty(await Cluster.Product.CreditsAsync(meeting));

        Assert.Equal(new(ConfirmOutcome.Completed, SessionStatus.Completed), await session.ConfirmCompletionAsync(meeting.User2));
        var row = await Cluster.Product.SessionAsync(meeting.Session);
        Assert.Equal(("completed", true, true), (row.Status, row.User1Confirmed, row.User2Confirmed));
        Assert.Equal(["user1: completed", "user2: completed"], await Cluster.Product.CreditsAsync(meeting));
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenRepeated_GivesTheSameAnswerAndChangesNothing()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        var session = Cluster.Session(meeting.Session);
        for (var i = 0; i < 3; i++)
            Assert.Equal(new(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled), await session.ConfirmCompletionAsync(meeting.User2));
        Assert.Equal(1, await VersionAsync(meeting));

        await session.ConfirmCompletionAsync(meeting.User1);
        var completed = await Cluster.Product.SessionAsync(meeting.Session);
        foreach (var user in new[] { meeting.User1, meeting.User2, meeting.User1 })
            Assert.Equal(new(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed), await session.ConfirmCompletionAsync(user));
        Assert.Equal(2, await VersionAsync(meeting));
        Assert.Equal(completed, await Cluster.Product.SessionAsync(meeting.Session));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenBothConfirmAndRepeatAtOnceOverManySessions_CompletesEachOnce()
    {
        var meetings = await Cluster.Product.AddMeetingsAsync(250);
        var answers = await Task.WhenAll(meetings.Select(async meeting =>
        {
            var session = Cluster.Session(meeting.Session);
            UserId[] callers = [meeting.User1, meeting.User2, meeting.User1, meeting.User2];
            return await Task.WhenAll(callers.Select(session.ConfirmCompletionAsync));
        }));

        Assert.All(answers, given =>
        {
            Assert.Single(given, answer => answer.Outcome == ConfirmOutcome.Completed);
            Assert.All(given, answer => Assert.Contains(
                answer.Outcome, new[] { ConfirmOutcome.Completed, ConfirmOutcome.WaitingForBuddy, ConfirmOutcome.AlreadyCompleted }));
        });
        foreach (var meeting in meetings)
        {
            Assert.Equal(1, (await Cluster.Reputation(meeting.User1).GetAsync()).CompletedSessions);
            Assert.Equal(1, (await Cluster.Reputation(meeting.User2).GetAsync()).CompletedSessions);
        }

        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenOneUserIsInManySessions_CountsThemAll()
    {
        var popular = new UserId(Guid.NewGuid());
        var meetings = Enumerable.Range(0, 100).Select(_ => ProductTables.NewMeeting() with { User1 = popular }).ToArray();
        foreach (var meeting in meetings) await Cluster.Product.AddMeetingAsync(meeting: meeting);

        await Task.WhenAll(meetings.SelectMany(meeting => new[]
        {
            Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1),
            Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User2),
        }));

        Assert.Equal(meetings.Length, (await Cluster.Reputation(popular).GetAsync()).CompletedSessions);
    }

    [Fact]
    public async Task EveryMethod_WhenCalledByAStranger_IsRefusedAndCostsNoRow()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        var session = Cluster.Session(meeting.Session);
        var stranger = new UserId(Guid.NewGuid());

        Assert.Equal(ConfirmOutcome.NotParticipant, (await session.ConfirmCompletionAsync(stranger)).Outcome);
        Assert.Equal(CancelOutcome.NotParticipant, (await session.CancelAsync(stranger)).Outcome);
        Assert.Equal(new(GetSessionOutcome.NotParticipant), await session.GetAsync(stranger));
        Assert.Equal(0, await VersionAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenCancelled_IsRefused()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        var session = Cluster.Session(meeting.Session);
        await session.ConfirmCompletionAsync(meeting.User1);

        Assert.Equal(new(CancelOutcome.Cancelled, SessionStatus.Cancelled), await session.CancelAsync(meeting.User2));
        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.Cancelled), await session.CancelAsync(meeting.User1));
        Assert.Equal(new(ConfirmOutcome.Cancelled, SessionStatus.Cancelled), await session.ConfirmCompletionAsync(meeting.User2));
        Assert.Equal(new("cancelled", true, false, null), await Cluster.Product.SessionAsync(meeting.Session));
        Assert.Empty(await Cluster.Product.CreditsAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenNoShow_IsRefused()
    {
        var meeting = await Cluster.Product.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        var session = Cluster.Session(meeting.Session);

        Assert.Equal(ExpireOutcome.NoShow, await session.ExpireAsync());
        Assert.Equal(ExpireOutcome.AlreadyOver, await session.ExpireAsync());
        Assert.Equal(new(ConfirmOutcome.NoShow, SessionStatus.NoShow), await session.ConfirmCompletionAsync(meeting.User1));
        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.NoShow), await session.CancelAsync(meeting.User1));
        Assert.Equal(["user1: no_show", "user2: no_show"], await Cluster.Product.CreditsAsync(meeting));
    }

    [Fact]
    public async Task Get_ShowsWhatTheProductKeepsAndWhatTheGrainDecided()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        await Cluster.Product.SetAsync(meeting.Session, "notes = 'bring cake'");
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);

        var shown = await Cluster.Session(meeting.Session).GetAsync(meeting.User2);

        Assert.Equal(GetSessionOutcome.Found, shown.Outcome);
        Assert.Equal(("Cafe", "bring cake"), (shown.Session!.VenueName, shown.Session.Notes));
        Assert.Equal(await Cluster.Session(meeting.Session).GetStateAsync(), shown.Session.Snapshot);
        Assert.True(shown.Session.Snapshot is { User1Confirmed: true, User2Confirmed: false });
    }

    [Fact]
    public async Task EveryMethod_WhenUnknown_FindsNothingKeepsNoActivationAndCostsNoRow()
    {
        var meeting = ProductTables.NewMeeting();
        var session = Cluster.Session(meeting.Session);

        Assert.Equal(ConfirmOutcome.NotFound, (await session.ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal(CancelOutcome.NotFound, (await session.CancelAsync(meeting.User1)).Outcome);
        Assert.Equal(GetSessionOutcome.NotFound, (await session.GetAsync(meeting.User1)).Outcome);
        Assert.Equal(ExpireOutcome.NotFound, await session.ExpireAsync());
        Assert.Null(await session.GetStateAsync());

        await session.GetAsync(meeting.User1);
        await Eventually.IsTrueAsync("the unknown session has no activation", _ => Task.FromResult(!Cluster.IsActive(session)));
        Assert.Equal(0, await VersionAsync(meeting));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenTheRowIsInsertedLater_FindsIt()
    {
        var meeting = ProductTables.NewMeeting();
        Assert.Equal(ConfirmOutcome.NotFound, (await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1)).Outcome);

        await Cluster.Product.AddMeetingAsync(meeting: meeting);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1)).Outcome);
    }

    private Task<long> VersionAsync(Meeting meeting) => StoredRows.VersionAsync(Cluster.Product, "session", meeting.Session.Value);
}
