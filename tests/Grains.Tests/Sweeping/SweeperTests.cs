using Wingman.Grains.Tests.Cluster;
using Wingman.Sweeping;
using Wingman.Testing;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>Expiry of sessions that were not confirmed in time, on a clock that the tests move.</summary>
public sealed class SweeperTests : SweepingTests
{
    [Fact]
    public async Task Sweep_WhenTheGracePeriodPasses_CountsOnlyAgainstWhoDidNotConfirm()
    {
        var nobody = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromMinutes(5));
        var user1 = await Tables.AddMeetingAsync("in_progress", user1: true, startsIn: TimeSpan.FromMinutes(5));
        var user2 = await Tables.AddMeetingAsync(status: null, user1: null, startsIn: TimeSpan.FromMinutes(5));
        await Cluster.Session(user2).ConfirmCompletionAsync(user2.User2);
        var later = await Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(2));
        Assert.Equal((0, 0), await Cluster.CountsAsync(nobody.User1));
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());

        await PassAsync(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(6));

        Assert.Equal((0, 1, 0, 1), await Cluster.LaterCountsAsync(nobody));
        Assert.Equal((0, 0, 0, 1), await Cluster.LaterCountsAsync(user1));
        Assert.Equal((0, 1, 0, 0), await Cluster.LaterCountsAsync(user2));
        var row = await Tables.SessionAsync(user2.Session);
        Assert.Equal(("no_show", null, true, null), (row.Status, row.User1, row.User2, row.CompletedAt));
        Assert.Equal("scheduled", (await Tables.SessionAsync(later.Session)).Status);
        Assert.Equal(new SweepReport(0, 0, false), await SweepAsync());
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Sweep_WhenBothFlagsAreSet_CompletesInstead()
    {
        var meeting = await Tables.AddMeetingAsync(user1: true, user2: true, startsIn: LongAgo);

        Assert.Equal(new SweepReport(1, 0, false), await SweepAsync());

        Assert.Equal("completed", (await Tables.SessionAsync(meeting.Session)).Status);
        Assert.Equal([new("completed", null, null)], await Tables.LogAsync(meeting.Session));
        Assert.Equal(new("accepted", 1, 1), await Tables.MatchAsync(meeting.Match));
        Assert.Equal((1, 0, 1, 0), await Cluster.LaterCountsAsync(meeting));
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
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
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
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
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
            Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1),
            Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2),
        });
        await Task.WhenAll([SweepToTheEndAsync(), SweepToTheEndAsync(Guid.NewGuid()), .. others]);

        Assert.Equal(0, await Tables.CountAsync("select count(*) from public.wingman_sessions where status not in ('completed', 'no_show')"));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Silo_WhenStarted_RegistersTheReminder() => await Eventually.BecomesAsync(
        "the sweeper's reminder is stored",
        _ => Tables.ListAsync("select grainid || ' ' || remindername || ' ' || period from orleans.orleansreminderstable"),
        reminders => reminders is [var only] && only.StartsWith("sweeper/", StringComparison.Ordinal) && only.EndsWith(" sweep 60000", StringComparison.Ordinal));

    [Fact]
    public async Task Sweeper_WhenNobodyCallsIt_SweepsByItself()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using var cluster = await StartAsync(database, enabled: true, since: DateTimeOffset.UnixEpoch, interval: "00:00:00.2");

        var meeting = await cluster.Tables.AddMeetingAsync(startsIn: LongAgo);

        await Eventually.BecomesAsync("the session has expired", _ => cluster.Tables.SessionAsync(meeting.Session), row => row.Status == "no_show");
    }
}
