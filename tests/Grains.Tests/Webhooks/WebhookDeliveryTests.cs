using System.Net;
using Wingman.Grains.Tests.Cluster;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Silo.Operations.Support;
using Wingman.Silo.Webhooks;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Events reach the receivers, even if some of the receivers have problems.</summary>
public sealed class WebhookDeliveryTests
{
    [Fact]
    public async Task EveryKindOfEvent_ReachesTheReceiver_SignedAndInOrder()
    {
        await using var fixture = await WebhookFixture.StartAsync(["all", "some"], settings: new()
        {
            [$"{WebhookOptions.Section}:Receivers:1:Events:0"] = "session.cancelled",
            [$"{ReputationOptions.Section}:AnnounceDelay"] = "00:00:00.05",
        });
        var meeting = Meeting.New();
        await fixture.Tables.AddMatchAsync(meeting);
        var match = fixture.Cluster.Match(meeting.Match);
        var first = await match.ScheduleSessionAsync(new(new Caller(meeting.User1, false), "Cafe", fixture.Cluster.Clock.GetUtcNow().AddHours(3), null, null));
        await fixture.Cluster.Session(first.Session!.Value).CancelAsync(meeting.User2);
        var second = await match.ScheduleSessionAsync(new(new Caller(meeting.User1, false), "Cafe", fixture.Cluster.Clock.GetUtcNow().AddHours(3), null, null));
        await fixture.Cluster.Session(second.Session!.Value).ConfirmCompletionAsync(meeting.User1);
        await fixture.Cluster.Session(second.Session!.Value).ConfirmCompletionAsync(meeting.User2);
        await fixture.Cluster.Reputation(meeting.User2).GetAsync();

        var arrived = await fixture.ArriveAsync("all", 5);

        Assert.Equal(["session.scheduled", "session.cancelled"], arrived.Where(a => a.Key == first.Session.Value.Value).Select(static a => a.Type));
        Assert.Equal(WebhookFixture.ScheduledThenCompleted, arrived.Where(a => a.Key == second.Session.Value.Value).Select(static a => a.Type));
        var completed = arrived.Single(static a => a.Type == "session.completed").Body;
        Assert.Contains($"\"user1_id\":\"{meeting.User1}\",\"user2_id\":\"{meeting.User2}\",\"actor_id\":\"{meeting.User2}\"", completed, StringComparison.Ordinal);
        Assert.DoesNotContain("\"completed_at\":null", completed, StringComparison.Ordinal);
        var reputation = arrived.Single(static a => a.Type == "reputation.changed");
        Assert.Contains($"\"user_id\":\"{meeting.User2}\",\"score\":1,\"completed_sessions\":1,\"no_shows\":0", reputation.Body, StringComparison.Ordinal);
        Assert.Equal("session.cancelled", Assert.Single(await fixture.ArriveAsync("some", 1)).Type);
        Assert.Equal(5, fixture.Receiver.All("all").Length);
    }

    [Fact]
    public async Task NewReceiver_GetsWhatHappensFromNowOn()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using (var before = await WebhookFixture.StartAsync([], database)) await before.LogAsync(3, "completed");

        await using var fixture = await WebhookFixture.StartAsync(["new"], database);
        var meetings = await fixture.LogAsync(1, "completed");

        Assert.Equal(meetings[0].Session.Value, Assert.Single(await fixture.ArriveAsync("new", 1)).Key);
    }

    // One receiver with each kind of problem, at the same time: the others do not wait, nothing leaks, and all events arrive in the end.
    [Fact]
    public async Task Trouble_DelaysNobodyElse_AndEverythingArrivesInOrderOnceItIsOver()
    {
        var forbidden = true;
        await using var fixture = await WebhookFixture.StartAsync(
            ["good", "slow", "failing", "redirecting", "rebinding"],
            settings: new() { [$"{WebhookOptions.Section}:Receivers:4:Url"] = "http://hooks.example.test:{port}/rebinding" },
            // First the address of the metadata service, later the receiver's. The other receivers are configured by address, without names.
            resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(Volatile.Read(ref forbidden) ? "169.254.169.254" : "127.0.0.1")]));
        string[] troubled = ["slow", "failing", "redirecting", "rebinding"];
        fixture.Receiver.Answer("slow", static async (_, http) =>
        {
            // Longer than an attempt may take.
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                http.Response.StatusCode = 500;
            }
        });
        fixture.Receiver.Answer("failing", 500);
        fixture.Receiver.Answer("redirecting", (_, http) =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = fixture.Receiver.Url("stolen");
            return Task.CompletedTask;
        });

        var meetings = await fixture.LogAsync(30, "scheduled", "completed");
        var good = await fixture.ArriveAsync("good", 60);

        // The good receiver has all events while the others have none.
        Assert.Equal(60, good.Length);
        Assert.All(troubled, path => Assert.Empty(fixture.Receiver.Accepted(path)));
        await Eventually.IsTrueAsync(
            "all of the others were tried", async _ => (await Task.WhenAll(troubled.Select(fixture.StatusAsync))).All(static status => status is { FailingSince: not null }));
        Assert.Equal("its name resolves to an address that is not allowed", (await fixture.StatusAsync("rebinding"))!.LastFailure);
        Assert.Empty(fixture.Receiver.All("rebinding"));

        Volatile.Write(ref forbidden, false);
        foreach (var path in troubled) fixture.Receiver.Accept(path);
        foreach (var path in troubled)
        {
            await fixture.ArriveAsync(path, 60);
            Assert.All(meetings, meeting => Assert.Equal(WebhookFixture.ScheduledThenCompleted, fixture.TypesOf(path, meeting)));
        }

        Assert.Empty(fixture.Receiver.All("stolen"));
        Assert.Equal(60, fixture.Receiver.All("good").Length);
    }

    // Like an IPv6 address that leads nowhere: nothing answers, and nothing refuses the connection.
    [Fact]
    public async Task ReceiverWhoseFirstAddressIsSilent_IsServedAtTheNext()
    {
        var silent = IPAddress.Parse("127.0.0.2");
        await using var fixture = await WebhookFixture.StartAsync(
            ["two"],
            settings: new() { [$"{WebhookOptions.Section}:Receivers:0:Url"] = "http://hooks.example.test:{port}/two" },
            resolve: (_, _) => Task.FromResult<IPAddress[]>([silent, IPAddress.Loopback]),
            connect: async (address, cancellation) =>
            {
                if (address.Address.Equals(silent)) await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                return await WebhookConnections.ConnectAsync(address, cancellation);
            });

        await fixture.LogAsync(1, "completed");

        await fixture.ArriveAsync("two", 1);
    }

    [Fact]
    public async Task ReceiverThatIsDownForAMinute_GetsEverythingInOrderOnceItIsBack()
    {
        await using var fixture = await WebhookFixture.StartAsync(["down"]);
        fixture.Receiver.IsVerifying = false;
        await fixture.Receiver.StopAsync();
        var meetings = await fixture.LogAsync(20, "scheduled", "completed");
        await Eventually.BecomesAsync("it is seen to fail", _ => fixture.StatusAsync("down"), static status => status is { Waiting: 40, LastFailure: "no connection" });
        fixture.Cluster.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.LogAsync(meetings, "no_show");

        await fixture.Receiver.ListenAsync();
        await fixture.ArriveAsync("down", 60);

        Assert.All(meetings, meeting => Assert.Equal([.. WebhookFixture.ScheduledThenCompleted, "session.no_show"], fixture.TypesOf("down", meeting)));
        await Eventually.BecomesAsync("nothing waits", _ => fixture.StatusAsync("down"), static status => status is { Waiting: 0, FailingSince: null });
    }

    [Fact]
    public async Task EventThatIsRefused_HoldsUpOnlyItsOwnSession()
    {
        await using var fixture = await WebhookFixture.StartAsync(["picky"]);
        var stuck = (await fixture.Tables.AddMeetingsAsync(1))[0];
        fixture.Receiver.Answer("picky", (arrival, http) =>
        {
            if (arrival.Key == stuck.Session.Value) http.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await fixture.LogAsync([stuck], "scheduled");
        await fixture.LogAsync([stuck], "completed");

        // More other events than the window holds are delivered before it.
        await fixture.LogAsync(600, "completed");
        await fixture.ArriveAsync("picky", 600);
        Assert.DoesNotContain(fixture.Receiver.All("picky"), arrival => arrival.Key == stuck.Session.Value && arrival.Type == "session.completed");

        fixture.Receiver.Accept("picky");
        await fixture.ArriveAsync("picky", 602);
        Assert.Equal(WebhookFixture.ScheduledThenCompleted, fixture.TypesOf("picky", stuck));
    }

    [Fact]
    public async Task ReceiverThatAcceptsNothingForTooLong_IsCutOff_AndServedAgainWhenReplayed()
    {
        await using var fixture = await WebhookFixture.StartAsync(["dead"], settings: new() { [$"{WebhookOptions.Section}:CutOffAfter"] = "1.00:00:00" });
        fixture.Receiver.IsVerifying = false;
        fixture.Receiver.Answer("dead", 503);
        var meetings = await fixture.LogAsync(3, "scheduled");
        await Eventually.BecomesAsync("it fails", _ => fixture.StatusAsync("dead"), static status => status?.FailingSince is not null);

        fixture.Cluster.Clock.Advance(TimeSpan.FromDays(1));
        await Eventually.BecomesAsync(
            "it is cut off and the log says so",
            _ => fixture.Tables.ListAsync("select cut_off_reason from wingman.log_readers where cut_off_at is not null"),
            static reasons => reasons is [var reason] && reason.Contains("answered 503", StringComparison.Ordinal));
        Assert.Contains("CUT OFF", (await fixture.CommandAsync("list")).Output, StringComparison.Ordinal);
        fixture.Receiver.Accept("dead");
        await fixture.LogAsync(meetings, "completed");
        await fixture.Cluster.Webhooks("dead").RunAsync();
        await fixture.Cluster.Webhooks("dead").RunAsync();
        Assert.Empty(fixture.Receiver.Accepted("dead"));

        await fixture.CommandAsync("replay", "dead");
        await fixture.ArriveAsync("dead", 6);

        Assert.All(meetings, meeting => Assert.Equal(WebhookFixture.ScheduledThenCompleted, fixture.TypesOf("dead", meeting)));
        await Eventually.BecomesAsync("it is served", _ => fixture.StatusAsync("dead"), static status => status is { CutOffAt: null, FailingSince: null });
    }

    [Fact]
    public async Task ReceiverThatAnswersGone_IsCutOffAtOnce()
    {
        await using var fixture = await WebhookFixture.StartAsync(["gone"]);
        fixture.Receiver.Answer("gone", 410);
        await fixture.LogAsync(1, "completed");

        await Eventually.BecomesAsync("it is cut off", _ => fixture.StatusAsync("gone"), static status => status?.CutOffAt is not null);
    }

    // One of the events has failed, as has the reputation's; the other of the session was read long ago and not tried yet.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UserWhoIsErasedWhileEventsWait_IsNamedInNoneOfThem(bool isCutOff)
    {
        await using var fixture = await WebhookFixture.StartAsync(["one"], settings: new() { [$"{WebhookOptions.Section}:CutOffAfter"] = "1.00:00:00" });
        fixture.Receiver.IsVerifying = !isCutOff;
        fixture.Receiver.Answer("one", 503);
        var meeting = (await fixture.Tables.AddMeetingsAsync(1))[0];
        var user = meeting.User1.Value.ToString();
        await fixture.Tables.ExecuteAsync(
            """
            insert into wingman.events (session_id, kind, actor, at, host)
            values (null, 'reputation_changed', $2, now(), 'test'), ($1, 'scheduled', $2, now(), 'test'), ($1, 'cancelled', $2, now(), 'test')
            """,
            meeting.Session.Value, meeting.User1.Value);
        await Eventually.BecomesAsync("all wait", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 3, FailingSince: not null });
        await Eventually.IsTrueAsync(
            "two name the user", _ => Task.FromResult(fixture.Receiver.All("one").Where(arrival => Names(arrival, user)).DistinctBy(static arrival => arrival.Id).Count() == 2));
        fixture.Cluster.Clock.Advance(isCutOff ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(2));
        if (isCutOff) await Eventually.BecomesAsync("it is cut off", _ => fixture.StatusAsync("one"), static status => status?.CutOffAt is not null);

        await fixture.Tables.DeleteAsync(meeting.Match);
        var (lines, _) = await RepairService.EraseOnceAsync(fixture.Cluster.Reputation(meeting.User1), new OperatorAct("olga", "ticket 17"));
        Assert.Equal(3, lines);
        if (isCutOff) Assert.Equal(0, (await fixture.CommandAsync("replay", "one")).ExitCode);
        // Until then an attempt from before the erasure may be under way.
        await Eventually.IsTrueAsync(
            "the session's first is sent without the user",
            _ => Task.FromResult(fixture.Receiver.All("one").Any(arrival => arrival.Type == "session.scheduled" && !Names(arrival, user))));
        await Eventually.BecomesAsync("the reputation's does not wait any more", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 2 });
        fixture.Receiver.Accept("one");

        await fixture.ArriveAsync("one", 2);
        await Eventually.BecomesAsync("nothing waits", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 0, FailingSince: null });
        Assert.Equal(["session.scheduled", "session.cancelled"], fixture.TypesOf("one", meeting));
        Assert.All(fixture.Receiver.Accepted("one"), arrival => Assert.Equal((meeting.Session.Value, false), (arrival.Key, Names(arrival, user))));
    }

    private static bool Names(Arrival arrival, string user) => arrival.Body.Contains(user, StringComparison.Ordinal);
}
