using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>Taking over sessions that exist only as rows of the product.</summary>
[Collection(ClusterCollection.Name)]
public sealed class AdoptionTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("scheduled", false, false, ConfirmOutcome.WaitingForBuddy)]
    [InlineData("scheduled", true, false, ConfirmOutcome.WaitingForBuddy)]
    [InlineData("scheduled", false, true, ConfirmOutcome.Completed)]
    [InlineData("scheduled", true, true, ConfirmOutcome.Completed)]
    [InlineData("in_progress", false, false, ConfirmOutcome.WaitingForBuddy)]
    [InlineData("in_progress", true, false, ConfirmOutcome.WaitingForBuddy)]
    [InlineData("in_progress", false, true, ConfirmOutcome.Completed)]
    [InlineData("in_progress", true, true, ConfirmOutcome.Completed)]
    [InlineData("completed", true, true, ConfirmOutcome.AlreadyCompleted)]
    [InlineData("completed", false, false, ConfirmOutcome.AlreadyCompleted)]
    [InlineData("cancelled", true, false, ConfirmOutcome.Cancelled)]
    [InlineData("cancelled", true, true, ConfirmOutcome.Cancelled)]
    [InlineData("no_show", false, true, ConfirmOutcome.NoShow)]
    public async Task ConfirmCompletion_WhenAdopted_GoesOnFromTheRow(string status, bool user1Confirmed, bool user2Confirmed, ConfirmOutcome expected)
    {
        var meeting = await Cluster.Product.AddMeetingAsync(status, user1Confirmed, user2Confirmed);
        var before = await Cluster.Product.SessionAsync(meeting.Session);

        Assert.Equal(expected, (await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1)).Outcome);

        var after = await Cluster.Product.SessionAsync(meeting.Session);
        switch (expected)
        {
            case ConfirmOutcome.Completed:
                Assert.Equal(("completed", true, true), (after.Status, after.User1Confirmed, after.User2Confirmed));
                Assert.Equal(["user1: completed", "user2: completed"], await Cluster.Product.CreditsAsync(meeting));
                break;
            case ConfirmOutcome.WaitingForBuddy:
                Assert.Equal(before with { User1Confirmed = true }, after);
                break;
            default:
                Assert.Equal(before, after);
                Assert.Empty(await Cluster.Product.CreditsAsync(meeting));
                break;
        }

        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task ConfirmCompletion_WhenFlagsAreNull_TakesThemAsUnset()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        await Cluster.Product.SetAsync(
            meeting.Session, "user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null, scheduled_time = null");

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal(new("scheduled", true, false, null), await Cluster.Product.SessionAsync(meeting.Session));
    }

    [Fact]
    public async Task ConfirmCompletion_WhenBothTouchTheRowFirstAtOnce_CompletesOnce()
    {
        var meetings = await Cluster.Product.AddMeetingsAsync(50);

        await Task.WhenAll(meetings.SelectMany(meeting => new[]
        {
            Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1),
            Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User2),
        }));

        foreach (var meeting in meetings)
            Assert.Equal(["user1: completed", "user2: completed"], await Cluster.Product.CreditsAsync(meeting));
    }

    [Fact]
    public async Task Cancel_WhenAdoptedWithBothFlags_CompletesAndCreditsInstead()
    {
        var meeting = await Cluster.Product.AddMeetingAsync(user1Confirmed: true, user2Confirmed: true);

        Assert.Equal(new(CancelOutcome.AlreadyOver, SessionStatus.Completed), await Cluster.Session(meeting.Session).CancelAsync(meeting.User1));

        Assert.Equal(["user1: completed", "user2: completed"], await Cluster.Product.CreditsAsync(meeting));
        Assert.Equal(1, (await Cluster.Reputation(meeting.User2).GetAsync()).CompletedSessions);
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Theory]
    [InlineData("status = 'cancelled'", ConfirmOutcome.Cancelled)]
    [InlineData("status = 'no_show'", ConfirmOutcome.NoShow)]
    [InlineData("user2_completed_confirmed_by_user1 = true", ConfirmOutcome.Completed)]
    public async Task ConfirmCompletion_WhenTheProductChangedTheRowBeforeOurFirstWrite_SeesTheChange(string change, ConfirmOutcome expected)
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        var session = Cluster.Session(meeting.Session);
        // A look that writes nothing leaves the row the product's.
        Assert.Equal(ConfirmOutcome.NotParticipant, (await session.ConfirmCompletionAsync(new(Guid.NewGuid()))).Outcome);
        await Cluster.Product.SetAsync(meeting.Session, change);
        Cluster.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(expected, (await session.ConfirmCompletionAsync(meeting.User1)).Outcome);
    }
}
