using Wingman.Sweeping;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>What operators see of the sweeper.</summary>
public sealed class SweeperMetricsTests : SweepingTests
{
    [Fact]
    public async Task Sweep_CountsWhatItEndedAndHowLateTheOldestWas()
    {
        using var metrics = new MetricsReader("Wingman");
        await Tables.AddMeetingsAsync(3, LongAgo - TimeSpan.FromHours(5));

        await SweepAsync();
        Assert.Equal(3, metrics.Sum("wingman.sweeper.expired"));
        Assert.Equal(TimeSpan.FromHours(6).TotalSeconds, metrics.Observe("wingman.sweeper.oldest_overdue"), 60.0);

        await SweepAsync();
        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
    }

    [Fact]
    public async Task Sweep_CountsNoShowsAndCompletionsApart()
    {
        using var metrics = new MetricsReader("Wingman");
        await Tables.AddMeetingsAsync(3, LongAgo);
        await Tables.AddMeetingAsync(user1: true, user2: true, startsIn: LongAgo);

        Assert.Equal(new SweepReport(4, 0, false), await SweepAsync());

        Assert.Equal(3, metrics.Sum("wingman.no_shows"));
        Assert.Equal(1, metrics.Sum("wingman.completions"));
    }

    [Fact]
    public async Task Sweep_CountsItsRound_UnlessItFails()
    {
        using var metrics = new MetricsReader("Wingman");
        await SweepAsync();
        Assert.Equal(1, metrics.Sum("wingman.sweeper.rounds"));

        await Tables.ExecuteAsync("alter table public.wingman_sessions rename to hidden");
        await Assert.ThrowsAsync<StorageException>(SweepAsync);
        Assert.Equal(1, metrics.Sum("wingman.sweeper.rounds"));

        await Tables.ExecuteAsync("alter table public.hidden rename to wingman_sessions");
        await SweepAsync();
        Assert.Equal(2, metrics.Sum("wingman.sweeper.rounds"));
    }

    [Fact]
    public async Task Sweeper_WhenItsActivationEnds_ReportsNothingOverdue()
    {
        using var metrics = new MetricsReader("Wingman");
        await Tables.AddMeetingsAsync(1, LongAgo - TimeSpan.FromHours(5));
        await SweepAsync();
        Assert.NotEqual(0, metrics.Observe("wingman.sweeper.oldest_overdue"));

        await Cluster.DeactivateAsync(Cluster.Sweeper());

        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
    }
}
