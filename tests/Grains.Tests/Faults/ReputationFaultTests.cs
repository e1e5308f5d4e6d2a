using Wingman.Grains.Tests.Cluster;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A reputation whose look or store fails says so or counts again; it never answers what is not so.</summary>
[Collection(FaultCollection.Name)]
public sealed class ReputationFaultTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("before the fold")]
    [InlineData("after the fold")]
    [InlineData("before the reputation's read")]
    [InlineData("after the reputation's read")]
    public async Task Get_WhenALookFails_SaysSoAndTheNextIsExact(string point)
    {
        var meeting = await Cluster.Product.AddMeetingAsync(user2Confirmed: true);
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        var reputation = Cluster.Reputation(meeting.User1);
        fixture.Plan.Arm(point, meeting.User1.Value);

        Assert.NotNull(await Record.ExceptionAsync(reputation.GetAsync));
        Assert.False(fixture.Plan.Disarm(point, meeting.User1.Value), $"nothing came by {point}");

        Assert.Equal(1, (await reputation.GetAsync()).CompletedSessions);
    }

    [Theory]
    [InlineData("before the reputation's write")]
    [InlineData("after the reputation's write")]
    public async Task Get_WhenTheStateWasNotStored_CountsAgain(string point)
    {
        var user = new UserId(Guid.NewGuid());
        await Cluster.Product.AddMeetingAsync("completed", true, true, meeting: ProductTables.NewMeeting() with { User1 = user });
        var meeting = await Cluster.Product.AddMeetingAsync(user2Confirmed: true, meeting: ProductTables.NewMeeting() with { User1 = user });
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(user);
        var reputation = Cluster.Reputation(user);
        Assert.Equal(2, (await reputation.GetAsync()).CompletedSessions);

        fixture.Plan.Arm(point, user.Value);
        await Cluster.DeactivateAsync(reputation);
        Assert.False(fixture.Plan.Disarm(point, user.Value), $"nothing came by {point}");

        Assert.Equal(2, (await reputation.GetAsync()).CompletedSessions);
    }
}
