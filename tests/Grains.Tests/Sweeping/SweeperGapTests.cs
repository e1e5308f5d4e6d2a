using Wingman.Sweeping;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>Expiry after times at which the service was down, so that no user could confirm.</summary>
public sealed class SweeperGapTests : SweepingTests
{
    [Fact]
    public async Task Sweep_AfterAGapInService_GivesWhatCameDueInItItsGraceAnew()
    {
        await SweepAsync();
        var within = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        var before = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-24) + TimeSpan.FromMinutes(10));
        await PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal("no_show", (await Tables.SessionAsync(before.Session)).Status);

        // No user could confirm for two days.
        Cluster.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        await PassAsync(TimeSpan.FromHours(23));
        Assert.Equal("scheduled", (await Tables.SessionAsync(within.Session)).Status);
        await PassAsync(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));

        Assert.Equal("no_show", (await Tables.SessionAsync(within.Session)).Status);
    }

    [Fact]
    public async Task Sweep_AfterAGapInService_LeavesAloneWhatIsNotDueAgainYet()
    {
        using var metrics = new MetricsReader("Wingman");
        await SweepAsync();
        // More than one round takes, and one that should have ended an hour before the gap.
        var waiting = await Tables.AddMeetingsAsync(MaxPerRound + 5, TimeSpan.FromHours(1));
        var late = await Tables.AddMeetingAsync(startsIn: LongAgo);
        Cluster.Clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());

        Assert.Equal("no_show", (await Tables.SessionAsync(late.Session)).Status);
        Assert.Equal(TimeSpan.FromHours(49).TotalSeconds, metrics.Observe("wingman.sweeper.oldest_overdue"), 60.0);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
        Assert.All(waiting, meeting => Assert.False(Cluster.IsActive(Cluster.Session(meeting))));
    }

    [Fact]
    public async Task Sweep_WhenTheNewGraceEndsInASecondGap_GivesItAnewAgain()
    {
        await SweepAsync();
        var meeting = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        Cluster.Clock.Advance(TimeSpan.FromDays(2));
        await PassAsync(TimeSpan.FromHours(20));

        // Four hours before its end the service goes down again.
        Cluster.Clock.Advance(TimeSpan.FromHours(10));
        await PassAsync(TimeSpan.FromHours(23));
        Assert.Equal("scheduled", (await Tables.SessionAsync(meeting.Session)).Status);
        await PassAsync(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));

        Assert.Equal("no_show", (await Tables.SessionAsync(meeting.Session)).Status);
    }
}
