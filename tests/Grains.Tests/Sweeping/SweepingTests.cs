using Microsoft.Extensions.Configuration;
using Wingman.Grains.Tests.Cluster;
using Wingman.Sweeping;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>A cluster of its own for each test, on a clock that the test moves. Its sweeper runs when the test says so.</summary>
public abstract class SweepingTests : IAsyncLifetime
{
    private protected const int MaxPerRound = 40;

    private protected static readonly TimeSpan LongAgo = TimeSpan.FromHours(-25);

    private protected WingmanCluster Cluster { get; private set; } = null!;

    private protected Tables Tables => Cluster.Tables;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Cluster = await StartAsync(await TestDatabase.CreateFreshAsync(), enabled: true, since: DateTimeOffset.UnixEpoch);

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Cluster.Database.DisposeAsync();
    }

    private protected static Task<WingmanCluster> StartAsync(
        TestDatabase database, bool? enabled, DateTimeOffset? since = null, TestClock? clock = null, string interval = "01:00:00")
    {
        Dictionary<string, string?> settings = new()
        {
            [nameof(NoShowOptions.MaxPerRound)] = $"{MaxPerRound}",
            [nameof(NoShowOptions.Interval)] = interval,
        };
        if (enabled is { } isEnabled) settings[nameof(NoShowOptions.Enabled)] = $"{isEnabled}";
        if (since is { } begin) settings[nameof(NoShowOptions.Since)] = $"{begin:O}";
        return WingmanCluster.StartAsync(
            database,
            // A second silo does not join where the clock is far ahead of the machine's: its first probe is cancelled at once.
            new() { Silos = (short)(clock is null ? 2 : 1), Clock = clock ?? new(), Settings = settings.ToDictionary(setting => ConfigurationPath.Combine(NoShowOptions.Section, setting.Key), setting => setting.Value) });
    }

    private protected Task<SweepReport> SweepAsync() => Cluster.Sweeper().SweepAsync();

    /// <summary>Lets time pass while the sweeper runs: without its rounds the time would be a gap in service.</summary>
    private protected async Task PassAsync(TimeSpan time, WingmanCluster? cluster = null)
    {
        cluster ??= Cluster;
        var step = TimeSpan.FromMinutes(59);
        await cluster.Sweeper().SweepAsync();
        for (; time > TimeSpan.Zero; time -= step)
        {
            cluster.Clock.Advance(time < step ? time : step);
            await cluster.Sweeper().SweepAsync();
        }
    }

    private protected async Task<(int Expired, int Failed)> SweepToTheEndAsync(Guid? key = null)
    {
        var (expired, failed) = (0, 0);
        SweepReport report;
        do
        {
            report = await Cluster.Sweeper(key).SweepAsync();
            expired += report.Expired;
            failed += report.Failed;
        }
        while (report.MoreWaiting);
        return (expired, failed);
    }
}
