using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Matches;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A failure at each point of scheduling a session: it is there with all that belongs to it, or not at all.</summary>
[Collection(FaultCollection.Name)]
public sealed class ScheduleFaultTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("before the match's read", false)]
    [InlineData("after the match's read", false)]
    [InlineData("before the look for an active session", false)]
    [InlineData("after the look for an active session", false)]
    [InlineData("before the match's write", false)]
    [InlineData("after the match's write", true)]
    public async Task Schedule_WhenItFails_IsFoundByTheRepeatOrNeverHappened(string point, bool isStored)
    {
        var meeting = ProductTables.NewMeeting();
        await Cluster.Product.AddMatchAsync(meeting);
        var match = Cluster.Match(meeting.Match);
        var request = new ScheduleSession(new(meeting.User1, false), "Cafe", Cluster.Clock.GetUtcNow().AddHours(1), null, null);
        fixture.Plan.Arm(point, meeting.Match.Value);

        Assert.NotNull(await Record.ExceptionAsync(() => match.ScheduleSessionAsync(request)));
        Assert.False(fixture.Plan.Disarm(point, meeting.Match.Value), $"nothing came by {point}");
        Assert.Equal(isStored ? 1 : 0, await SessionsOfAsync(meeting));

        var repeated = await match.ScheduleSessionAsync(request);
        Assert.Equal(isStored ? ScheduleOutcome.AlreadyActive : ScheduleOutcome.Scheduled, repeated.Outcome);
        Assert.Equal(1, await SessionsOfAsync(meeting));
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    private Task<long> SessionsOfAsync(Meeting meeting) =>
        Cluster.Product.CountAsync("select count(*) from public.wingman_sessions where match_id = $1", meeting.Match.Value);
}
