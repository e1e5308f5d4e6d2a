using Microsoft.Extensions.Configuration;
using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Sweeping;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>Expiry of sessions that were not confirmed in time, on a clock that the tests move.</summary>
public sealed class SweeperTests : IAsyncLifetime
{
    private const int MaxPerRound = 40;

    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(-25);

    private WingmanCluster _cluster = null!;

    private Tables Tables => _cluster.Tables;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _cluster = await StartAsync(await TestDatabase.CreateFreshAsync(), enabled: true, since: DateTimeOffset.UnixEpoch);

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _cluster.Database.DisposeAsync();
    }

    [Fact]
    public async Task Sweep_WhenTheGracePeriodPasses_CountsOnlyAgainstWhoDidNotConfirm()
    {
        var nobody = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
        var user1 = await Tables.AddMeetingAsync("in_progress", user1: true, startsIn: TimeSpan.FromMinutes(5));
        var user2 = await Tables.AddMeetingAsync(status: null, user1: null, startsIn: TimeSpan.FromMinutes(5));
        await _cluster.Session(user2).ConfirmCompletionAsync(user2.User2);
        var later = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(2));
        Assert.Equal((0, 0), await _cluster.CountsAsync(nobody.User1));
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());

        await PassAsync(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(6));

        Assert.Equal((0, 1, 0, 1), await _cluster.LaterCountsAsync(nobody));
        Assert.Equal((0, 0, 0, 1), await _cluster.LaterCountsAsync(user1));
        Assert.Equal((0, 1, 0, 0), await _cluster.LaterCountsAsync(user2));
        var row = await Tables.SessionAsync(user2.Session);
        Assert.Equal(("no_show", null, true, null), (row.Status, row.User1, row.User2, row.CompletedAt));
        Assert.Equal("scheduled", (await Tables.SessionAsync(later.Session)).Status);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        await Invariant.AssertAllAsync(_cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Sweep_WhenBothFlagsAreSet_CompletesInstead()
    {
        var meeting = await Tables.AddMeetingAsync(user1: true, user2: true, startsIn: LongAgo);

        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());

        Assert.Equal("completed", (await Tables.SessionAsync(meeting.Session)).Status);
        Assert.Equal([new("completed", null, null)], await Tables.LogAsync(meeting.Session));
        Assert.Equal(new("accepted", 1, 1), await Tables.MatchAsync(meeting.Match));
        Assert.Equal((1, 0, 1, 0), await _cluster.LaterCountsAsync(meeting));
    }

    [Fact]
    public async Task Sweep_WhenThereIsNoTime_LeavesTheSession()
    {
        var meeting = await Tables.AddMeetingAsync(startsIn: LongAgo);
        await Tables.SetAsync(meeting.Session, "scheduled_time = null");

        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        Assert.Equal("scheduled", (await Tables.SessionAsync(meeting.Session)).Status);
    }

    [Fact]
    public async Task Sweep_WhenSomeoneElseReschedules_WaitsForTheNewTime()
    {
        var meeting = await Tables.AddMeetingAsync(startsIn: LongAgo);
        await _cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Tables.SetAsync(meeting.Session, "scheduled_time = now() + interval '1 day'");

        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        Assert.Equal("scheduled", (await Tables.SessionAsync(meeting.Session)).Status);
    }

    [Fact]
    public async Task Sweep_OnADatabaseThatHadSessions_EndsNothingUntilSwitchedOnAndThenNoHistory()
    {
        await using var database = await TestDatabase.CreateProductsAsync();
        var clock = new TestClock();
        var tables = new Tables(database.OtherWriter, clock, hasProfiles: true);
        var old = await tables.AddMeetingAsync(startsIn: LongAgo);
        Meeting upcoming;
        await using (var cluster = await StartAsync(database, enabled: null, clock: clock))
        {
            upcoming = await tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
            await PassAsync(TimeSpan.FromHours(26), cluster);
            Assert.Equal("scheduled", (await tables.SessionAsync(upcoming.Session)).Status);
        }

        await using (var enabled = await StartAsync(database, enabled: true, clock: clock))
        {
            var next = await tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
            await PassAsync(TimeSpan.FromHours(26), enabled);
            Assert.Equal("no_show", (await tables.SessionAsync(next.Session)).Status);
            Assert.Equal("scheduled", (await tables.SessionAsync(old.Session)).Status);
            Assert.Equal("scheduled", (await tables.SessionAsync(upcoming.Session)).Status);
        }

        await using var since = await StartAsync(database, enabled: true, since: clock.GetUtcNow().AddHours(-60), clock: clock);
        await since.Sweeper().SweepAsync();
        Assert.Equal("no_show", (await tables.SessionAsync(upcoming.Session)).Status);
        Assert.Equal("scheduled", (await tables.SessionAsync(old.Session)).Status);
        await Invariant.AssertAllAsync(database.OtherWriter);
    }

    [Fact]
    public async Task Sweep_OnAFreshDatabase_IsOnFromTheFirstRoundOn()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using var cluster = await StartAsync(database, enabled: null);
        var before = await cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(-5));
        await cluster.Sweeper().SweepAsync();
        var after = await cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));

        await PassAsync(TimeSpan.FromHours(25), cluster);

        Assert.Equal("scheduled", (await cluster.Tables.SessionAsync(before.Session)).Status);
        Assert.Equal("no_show", (await cluster.Tables.SessionAsync(after.Session)).Status);
    }

    [Fact]
    public async Task Sweep_WhenSwitchedOff_EndsNothing()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using var cluster = await StartAsync(database, enabled: false, since: DateTimeOffset.UnixEpoch);
        var meeting = await cluster.Tables.AddMeetingAsync(startsIn: LongAgo);
        using var metrics = new MetricsReader("Wingman");

        Assert.Equal(new SweepReport(0, 0, false), await cluster.Sweeper().SweepAsync());
        Assert.Equal("scheduled", (await cluster.Tables.SessionAsync(meeting.Session)).Status);
        Assert.Equal(1, metrics.Sum("wingman.sweeper.rounds"));
    }

    [Fact]
    public async Task Sweep_AfterAGapInService_GivesWhatCameDueInItItsGraceAnew()
    {
        await SweepAsync();
        var within = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        var before = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-24) + TimeSpan.FromMinutes(10));
        await PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal("no_show", (await Tables.SessionAsync(before.Session)).Status);

        // No user could confirm for two days.
        _cluster.Clock.Advance(TimeSpan.FromDays(2));
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
        _cluster.Clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());

        Assert.Equal("no_show", (await Tables.SessionAsync(late.Session)).Status);
        Assert.Equal(TimeSpan.FromHours(49).TotalSeconds, metrics.Observe("wingman.sweeper.oldest_overdue"), 60.0);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
        Assert.All(waiting, meeting => Assert.False(_cluster.IsActive(_cluster.Session(meeting))));
    }

    [Fact]
    public async Task Sweep_WhenTheNewGraceEndsInASecondGap_GivesItAnewAgain()
    {
        await SweepAsync();
        var meeting = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(1));
        _cluster.Clock.Advance(TimeSpan.FromDays(2));
        await PassAsync(TimeSpan.FromHours(20));

        // Four hours before its end the service goes down again.
        _cluster.Clock.Advance(TimeSpan.FromHours(10));
        await PassAsync(TimeSpan.FromHours(23));
        Assert.Equal("scheduled", (await Tables.SessionAsync(meeting.Session)).Status);
        await PassAsync(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));

        Assert.Equal("no_show", (await Tables.SessionAsync(meeting.Session)).Status);
    }

    [Fact]
    public async Task Sweep_WhenSessionsCannotBeStored_ExpiresThoseBehindThem()
    {
        // More sessions than one round takes, older than all others.
        var poisoned = await Tables.AddMeetingsAsync(MaxPerRound + 5, LongAgo - TimeSpan.FromDays(1));
        var healthy = await Tables.AddMeetingsAsync(10, LongAgo);
        foreach (var meeting in poisoned) await Tables.SetAsync(meeting.Session, "venue_name = 'poison'");
        await Tables.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise check_violation using message = 'poison'; end $$;
            create trigger poison before update on public.wingman_sessions for each row
              when (new.venue_name = 'poison') execute function refuse()
            """);

        Assert.Equal((10, poisoned.Length), await SweepToTheEndAsync());
        Assert.Equal((0, poisoned.Length), await SweepToTheEndAsync());
        await Tables.ExecuteAsync("alter table public.wingman_sessions disable trigger poison");
        Assert.Equal((poisoned.Length, 0), await SweepToTheEndAsync());

        foreach (var meeting in healthy.Concat(poisoned)) Assert.Equal("no_show", (await Tables.SessionAsync(meeting.Session)).Status);
        await Invariant.AssertAllAsync(_cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Sweep_WhenThereIsMoreThanARoundTakes_SaysSoAndGoesOn()
    {
        await Tables.AddMeetingsAsync((2 * MaxPerRound) + 1, LongAgo);

        Assert.Equal(new SweepReport(MaxPerRound, 0, true), await SweepAsync());
        Assert.Equal(new SweepReport(MaxPerRound, 0, true), await SweepAsync());
        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
    }

    [Fact]
    public async Task Sweep_WhenTwoSweepAtOnceWhileUsersConfirm_EndsEachSessionOnce()
    {
        var meetings = await Tables.AddMeetingsAsync(60, LongAgo);

        var others = meetings.SelectMany(meeting => new[]
        {
            _cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1),
            _cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2),
        });
        await Task.WhenAll([SweepToTheEndAsync(), SweepToTheEndAsync(Guid.NewGuid()), .. others]);

        Assert.Equal(0, await Tables.CountAsync("select count(*) from public.wingman_sessions where status not in ('completed', 'no_show')"));
        await Invariant.AssertAllAsync(_cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Silo_WhenStarted_RegistersTheReminder() => await Eventually.BecomesAsync(
        "the sweeper's reminder is stored",
        _ => Tables.ListAsync("select grainid || ' ' || remindername || ' ' || period from orleans.orleansreminderstable"),
        reminders => reminders is [var only] && only.StartsWith("sweeper/", StringComparison.Ordinal) && only.EndsWith(" sweep 60000", StringComparison.Ordinal));

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

        await _cluster.DeactivateAsync(_cluster.Sweeper());

        Assert.Equal(0, metrics.Observe("wingman.sweeper.oldest_overdue"));
    }

    [Fact]
    public async Task Sweeper_WhenNobodyCallsIt_SweepsByItself()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using var cluster = await StartAsync(database, enabled: true, since: DateTimeOffset.UnixEpoch, interval: "00:00:00.2");

        var meeting = await cluster.Tables.AddMeetingAsync(startsIn: LongAgo);

        await Eventually.BecomesAsync("the session has expired", _ => cluster.Tables.SessionAsync(meeting.Session), row => row.Status == "no_show");
    }

    private static Task<WingmanCluster> StartAsync(
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

    private Task<SweepReport> SweepAsync() => _cluster.Sweeper().SweepAsync();

    /// <summary>Lets time pass while the sweeper runs: without its rounds the time would be a gap in service.</summary>
    private async Task PassAsync(TimeSpan time, WingmanCluster? cluster = null)
    {
        cluster ??= _cluster;
        var step = TimeSpan.FromMinutes(59);
        await cluster.Sweeper().SweepAsync();
        for (; time > TimeSpan.Zero; time -= step)
        {
            cluster.Clock.Advance(time < step ? time : step);
            await cluster.Sweeper().SweepAsync();
        }
    }

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
