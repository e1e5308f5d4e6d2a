using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Sweeping;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>Expiring what nobody confirmed in time, on a clock that the tests move.</summary>
public sealed class SweeperTests : IAsyncLifetime
{
    private const int MaxPerRound = 40;

    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(-25);

    private WingmanCluster _cluster = null!;

    private ProductTables Product => _cluster.Product;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _cluster = await WingmanCluster.StartAsync(
        await TestPostgres.CreateDatabaseAsync(),
        new() { Settings = { [$"{NoShowOptions.Section}:{nameof(NoShowOptions.MaxPerRound)}"] = $"{MaxPerRound}" } });

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Sweep_WhenTheClockPassesTheGracePeriod_ExpiresAndCreditsOnlyWhoDidNotConfirm()
    {
        var nobody = await Product.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
        var user1 = await Product.AddMeetingAsync("in_progress", user1Confirmed: true, startsIn: TimeSpan.FromMinutes(5));
        var user2 = await Product.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
        await _cluster.Session(user2.Session).ConfirmCompletionAsync(user2.User2);
        var later = await Product.AddMeetingAsync(startsIn: TimeSpan.FromHours(2));
        Assert.Equal(0, (await _cluster.Reputation(nobody.User1).GetAsync()).NoShows);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());

        _cluster.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(6));
        Assert.Equal(new SweepReport(3, 0, false), await SweepAsync());

        Assert.Equal(["user1: no_show", "user2: no_show"], await Product.CreditsAsync(nobody));
        Assert.Equal(["user2: no_show"], await Product.CreditsAsync(user1));
        Assert.Equal(["user1: no_show"], await Product.CreditsAsync(user2));
        Assert.Equal(new("no_show", false, true, null), await Product.SessionAsync(user2.Session));
        Assert.Equal("scheduled", (await Product.SessionAsync(later.Session)).Status);
        Assert.Equal(1, (await _cluster.Reputation(nobody.User1).GetAsync()).NoShows);
        Assert.Equal(0, (await _cluster.Reputation(user1.User1).GetAsync()).NoShows);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        await CommitInvariants.AssertAsync(_cluster.Database);
    }

    [Fact]
    public async Task Sweep_WhenBothFlagsAreThere_CompletesInstead()
    {
        var meeting = await Product.AddMeetingAsync(user1Confirmed: true, user2Confirmed: true, startsIn: LongAgo);

        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());

        Assert.Equal("completed", (await Product.SessionAsync(meeting.Session)).Status);
        Assert.Equal(["user1: completed", "user2: completed"], await Product.CreditsAsync(meeting));
        await CommitInvariants.AssertAsync(_cluster.Database);
    }

    [Fact]
    public async Task Sweep_WhenSessionsCannotBeStored_ExpiresThoseBehindThem()
    {
        // More of them than a round takes, older than all others.
        var poisoned = await Product.AddMeetingsAsync(MaxPerRound + 5, LongAgo - TimeSpan.FromDays(1));
        var healthy = await Product.AddMeetingsAsync(10, LongAgo);
        await Product.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise check_violation using message = 'poison'; end $$;
            create trigger poison before update on public.wingman_sessions for each row
              when (new.venue_name = 'poison') execute function refuse()
            """);
        await Product.ExecuteAsync("alter table public.wingman_sessions disable trigger poison");
        foreach (var meeting in poisoned) await Product.SetAsync(meeting.Session, "venue_name = 'poison'");
        await Product.ExecuteAsync("alter table public.wingman_sessions enable trigger poison");

        Assert.Equal((10, poisoned.Length), await SweepToTheEndAsync());
        Assert.Equal((0, poisoned.Length), await SweepToTheEndAsync());
        await Product.ExecuteAsync("alter table public.wingman_sessions disable trigger poison");
        Assert.Equal((poisoned.Length, 0), await SweepToTheEndAsync());

        foreach (var meeting in healthy.Concat(poisoned)) Assert.Equal("no_show", (await Product.SessionAsync(meeting.Session)).Status);
        await CommitInvariants.AssertAsync(_cluster.Database);
    }

    [Fact]
    public async Task Sweep_WhenThereIsMoreThanARoundTakes_SaysSoAndGoesOn()
    {
        await Product.AddMeetingsAsync((2 * MaxPerRound) + 1, LongAgo);

        Assert.Equal(new SweepReport(MaxPerRound, 0, true), await SweepAsync());
        Assert.Equal(new SweepReport(MaxPerRound, 0, true), await SweepAsync());
        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
    }

    [Fact]
    public async Task Sweep_WhenTwoSweepAtOnceWhileUsersConfirm_EndsEachSessionOnce()
    {
        var meetings = await Product.AddMeetingsAsync(60, LongAgo);

        var others = meetings.SelectMany(meeting => new[]
        {
            _cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1),
            _cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User2),
        });
        await Task.WhenAll([SweepToTheEndAsync(), SweepToTheEndAsync(Guid.NewGuid()), .. others]);

        Assert.Equal(0, await Product.CountAsync("select count(*) from public.wingman_sessions where status not in ('completed', 'no_show')"));
        await CommitInvariants.AssertAsync(_cluster.Database);
    }

    [Fact]
    public async Task Silo_WhenStarted_RegistersTheReminder() => await Eventually.BecomesAsync(
        "the sweeper's reminder is stored",
        _ => Product.ListAsync("select grainid || ' ' || remindername || ' ' || period from orleans.orleansreminderstable"),
        reminders => reminders is [var only] && only.StartsWith("sweeper/", StringComparison.Ordinal) && only.EndsWith(" sweep 60000", StringComparison.Ordinal));

    [Fact]
    public async Task Sweep_CountsWhatItEndedAndHowLateTheOldestWas()
    {
        using var metrics = new MetricsReader("Wingman");
        await Product.AddMeetingsAsync(3, LongAgo - TimeSpan.FromHours(5));

        await SweepAsync();
        Assert.Equal(3, metrics.Sum("wingman.sweeper.expired"));
        Assert.Equal(TimeSpan.FromHours(6).TotalSeconds, metrics.Observe("wingman.sweeper.oldest_overdue"), 60.0);

        await SweepAsync();
        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
    }

    [Fact]
    public async Task Sweeper_WhenItsActivationEnds_ForgetsHowLateTheOldestWas()
    {
        using var metrics = new MetricsReader("Wingman");
        await Product.AddMeetingsAsync(1, LongAgo - TimeSpan.FromHours(5));
        await SweepAsync();
        Assert.NotEqual(0, metrics.Observe("wingman.sweeper.oldest_overdue"));

        await _cluster.DeactivateAsync(_cluster.Sweeper());

        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
    }

    [Fact]
    public async Task Sweeper_WhenNobodyCallsIt_LooksByItself()
    {
        await using var cluster = await WingmanCluster.StartAsync(
            await TestPostgres.CreateDatabaseAsync(),
            new() { Silos = 1, Settings = { [$"{NoShowOptions.Section}:{nameof(NoShowOptions.Interval)}"] = "00:00:00.2" } });
        var meeting = await cluster.Product.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(1));

        cluster.Clock.Advance(TimeSpan.FromHours(25));

        await Eventually.BecomesAsync("the session has expired", _ => cluster.Product.SessionAsync(meeting.Session), row => row.Status == "no_show");
    }

    private Task<SweepReport> SweepAsync() => _cluster.Sweeper().SweepAsync();

    private async Task<(int Expired, int Failed)> SweepToTheEndAsync(Guid? key = null)
    {
        var (expired, failed) = (0, 0);
        SweepReport report;
        do
        {
            report = await _cluster.Sweeper(key).SweepAsync();
            expired += report.Expired;
            failed += report.Failed;
        }
        while (report.MoreWaiting);
        return (expired, failed);
    }
}
