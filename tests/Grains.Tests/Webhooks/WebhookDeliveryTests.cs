using System.Net;
using Wingman.Events;
using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Events reach the receivers, even if some of the receivers have problems.</summary>
public sealed class WebhookDeliveryTests
{
    private static readonly string[] ScheduledThenCompleted = ["session.scheduled", "session.completed"];

    [Fact]
    public async Task EveryKindOfEvent_ReachesTheReceiver_SignedAndInOrder()
    {
        await using var lab = await WebhookLab.StartAsync(["all", "some"], settings: new()
        {
            [$"{WebhookOptions.Section}:Receivers:1:Events:0"] = "session.cancelled",
            [$"{ReputationOptions.Section}:AnnounceDelay"] = "00:00:00.05",
        });
        var meeting = Meeting.New();
        await lab.Tables.AddMatchAsync(meeting);
        var match = lab.Cluster.Match(meeting.Match);
        var first = await match.ScheduleSessionAsync(new(new Caller(meeting.User1, false), "Cafe", lab.Cluster.Clock.GetUtcNow().AddHours(3), null, null));
        await lab.Cluster.Session(first.Session!.Value).CancelAsync(meeting.User2);
        var second = await match.ScheduleSessionAsync(new(new Caller(meeting.User1, false), "Cafe", lab.Cluster.Clock.GetUtcNow().AddHours(3), null, null));
        await lab.Cluster.Session(second.Session!.Value).ConfirmCompletionAsync(meeting.User1);
        await lab.Cluster.Session(second.Session!.Value).ConfirmCompletionAsync(meeting.User2);
        await lab.Cluster.Reputation(meeting.User2).GetAsync();

        var arrived = await lab.ArriveAsync("all", 5);

        Assert.Equal(["session.scheduled", "session.cancelled"], arrived.Where(a => a.Key == first.Session.Value.Value).Select(static a => a.Type));
        Assert.Equal(ScheduledThenCompleted, arrived.Where(a => a.Key == second.Session.Value.Value).Select(static a => a.Type));
        var completed = arrived.Single(static a => a.Type == "session.completed").Body;
        Assert.Contains($"\"user1_id\":\"{meeting.User1}\",\"user2_id\":\"{meeting.User2}\",\"actor_id\":\"{meeting.User2}\"", completed, StringComparison.Ordinal);
        Assert.DoesNotContain("\"completed_at\":null", completed, StringComparison.Ordinal);
        var reputation = arrived.Single(static a => a.Type == "reputation.changed");
        Assert.Contains($"\"user_id\":\"{meeting.User2}\",\"score\":1,\"completed_sessions\":1,\"no_shows\":0", reputation.Body, StringComparison.Ordinal);
        Assert.Equal("session.cancelled", Assert.Single(await lab.ArriveAsync("some", 1)).Type);
        Assert.Equal(5, lab.Receiver.All("all").Length);
    }

    [Fact]
    public async Task NewReceiver_GetsWhatHappensFromNowOn()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await using (var before = await WebhookLab.StartAsync([], database)) await before.LogAsync(3, "completed");

        await using var lab = await WebhookLab.StartAsync(["new"], database);
        var meetings = await lab.LogAsync(1, "completed");

        Assert.Equal(meetings[0].Session.Value, Assert.Single(await lab.ArriveAsync("new", 1)).Key);
    }

    // One receiver with each kind of problem, at the same time: the others do not wait, nothing leaks, and all events arrive in the end.
    [Fact]
    public async Task Trouble_DelaysNobodyElse_AndEverythingArrivesInOrderOnceItIsOver()
    {
        var forbidden = true;
        await using var lab = await WebhookLab.StartAsync(
            ["good", "slow", "failing", "redirecting", "rebinding"],
            settings: new() { [$"{WebhookOptions.Section}:Receivers:4:Url"] = "http://hooks.example.test:{port}/rebinding" },
            // First the address of the metadata service, later the receiver's. The other receivers are configured by address, without names.
            resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(Volatile.Read(ref forbidden) ? "169.254.169.254" : "127.0.0.1")]));
        string[] troubled = ["slow", "failing", "redirecting", "rebinding"];
        lab.Receiver.Answer("slow", static async (_, http) =>
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
        lab.Receiver.Answer("failing", 500);
        lab.Receiver.Answer("redirecting", (_, http) =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = lab.Receiver.Url("stolen");
            return Task.CompletedTask;
        });

        var meetings = await lab.LogAsync(30, "scheduled", "completed");
        var good = await lab.ArriveAsync("good", 60);

        // The good receiver has all events while the others have none.
        Assert.Equal(60, good.Length);
        Assert.All(troubled, path => Assert.Empty(lab.Receiver.Accepted(path)));
        await Eventually.IsTrueAsync(
            "all of the others were tried", async _ => (await Task.WhenAll(troubled.Select(lab.StatusAsync))).All(static status => status is { FailingSince: not null }));
        Assert.Equal("its name resolves to an address that is not allowed", (await lab.StatusAsync("rebinding"))!.LastFailure);
        Assert.Empty(lab.Receiver.All("rebinding"));

        Volatile.Write(ref forbidden, false);
        foreach (var path in troubled) lab.Receiver.Accept(path);
        foreach (var path in troubled)
        {
            await lab.ArriveAsync(path, 60);
            Assert.All(meetings, meeting => Assert.Equal(ScheduledThenCompleted, lab.TypesOf(path, meeting)));
        }

        Assert.Empty(lab.Receiver.All("stolen"));
        Assert.Equal(60, lab.Receiver.All("good").Length);
    }

    [Fact]
    public async Task ReceiverThatIsDownForAMinute_GetsEverythingInOrderOnceItIsBack()
    {
        await using var lab = await WebhookLab.StartAsync(["down"]);
        lab.Receiver.IsVerifying = false;
        await lab.Receiver.StopAsync();
        var meetings = await lab.LogAsync(20, "scheduled", "completed");
        await Eventually.BecomesAsync("it is seen to fail", _ => lab.StatusAsync("down"), static status => status is { Waiting: 40, LastFailure: "no connection" });
        lab.Cluster.Clock.Advance(TimeSpan.FromMinutes(1));
        await lab.LogAsync(meetings, "no_show");

        await lab.Receiver.ListenAsync();
        await lab.ArriveAsync("down", 60);

        Assert.All(meetings, meeting => Assert.Equal([.. ScheduledThenCompleted, "session.no_show"], lab.TypesOf("down", meeting)));
        await Eventually.BecomesAsync("nothing waits", _ => lab.StatusAsync("down"), static status => status is { Waiting: 0, FailingSince: null });
    }

    [Fact]
    public async Task EventThatIsRefused_HoldsUpOnlyItsOwnSession()
    {
        await using var lab = await WebhookLab.StartAsync(["picky"]);
        var stuck = (await lab.Tables.AddMeetingsAsync(1))[0];
        lab.Receiver.Answer("picky", (arrival, http) =>
        {
            if (arrival.Key == stuck.Session.Value) http.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await lab.LogAsync([stuck], "scheduled");
        await lab.LogAsync([stuck], "completed");

        // More other events than the window holds are delivered before it.
        await lab.LogAsync(600, "completed");
        await lab.ArriveAsync("picky", 600);
        Assert.DoesNotContain(lab.Receiver.All("picky"), arrival => arrival.Key == stuck.Session.Value && arrival.Type == "session.completed");

        lab.Receiver.Accept("picky");
        await lab.ArriveAsync("picky", 602);
        Assert.Equal(ScheduledThenCompleted, lab.TypesOf("picky", stuck));
    }

    [Fact]
    public async Task EventThatIsRefusedTooOften_IsADeadLetter_AndIsDeliveredWhenReplayed()
    {
        await using var lab = await WebhookLab.StartAsync(["picky"], settings: new() { [$"{WebhookOptions.Section}:MaxAttempts"] = "3" });
        var poison = (await lab.Tables.AddMeetingsAsync(1))[0];
        lab.Receiver.Answer("picky", (arrival, http) =>
        {
            if (arrival.Key == poison.Session.Value && arrival.Type == "session.scheduled") http.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        await lab.LogAsync([poison], "scheduled");
        await lab.LogAsync([poison], "completed");
        await Eventually.IsTrueAsync("it was refused", _ => Task.FromResult(lab.Receiver.All("picky").Length > 0));
        await lab.LogAsync(1, "completed");

        // The next event of its session is delivered after this one is given up.
        await lab.ArriveAsync("picky", 2);
        Assert.Equal(["session.completed"], lab.TypesOf("picky", poison));
        var (exitCode, dead) = await lab.CommandAsync("dead");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^picky  evt_\d+_\d+_\d+  session.scheduled, \d+ attempts, dead since .*: answered 400\s*$", dead);
        Assert.Contains("1 dead", (await lab.CommandAsync("list")).Output, StringComparison.Ordinal);

        lab.Receiver.Accept("picky");
        Assert.Equal(0, (await lab.CommandAsync("replay", "picky")).ExitCode);
        await lab.ArriveAsync("picky", 3);

        await Eventually.BecomesAsync("nothing is dead", _ => lab.Tables.CountAsync("select count(*) from wingman.webhook_dead_letters"), static count => count == 0);
        Assert.Equal(["session.completed", "session.scheduled"], lab.TypesOf("picky", poison));
    }

    [Fact]
    public async Task Replay_FromAnEvent_DeliversEverythingFromItOnAgain()
    {
        await using var lab = await WebhookLab.StartAsync(["one", "other"]);
        var meetings = await lab.LogAsync(5, "scheduled", "completed");
        var from = (await lab.ArriveAsync("one", 10)).Where(static arrival => arrival.Type == "session.completed").MinBy(static arrival => PositionOf(arrival.Id))!.Id;
        await lab.ArriveAsync("other", 10);

        Assert.Equal(0, (await lab.CommandAsync("replay", "one", "--from", from)).ExitCode);
        await Eventually.BecomesAsync("they have arrived again", _ => Task.FromResult(lab.Receiver.Accepted("one")), static all => all.Length >= 15);

        Assert.All(meetings, meeting => Assert.Equal([.. ScheduledThenCompleted, "session.completed"], lab.TypesOf("one", meeting)));
        Assert.Equal(10, lab.Receiver.All("other").Length);
        Assert.Equal(2, (await lab.CommandAsync("replay", "nobody")).ExitCode);
        Assert.Equal(2, (await lab.CommandAsync("replay", "one", "--from", "yesterday")).ExitCode);
    }

    [Fact]
    public async Task ReceiverThatAcceptsNothingForTooLong_IsCutOff_AndServedAgainWhenReplayed()
    {
        await using var lab = await WebhookLab.StartAsync(["dead"], settings: new() { [$"{WebhookOptions.Section}:CutOffAfter"] = "1.00:00:00" });
        lab.Receiver.IsVerifying = false;
        lab.Receiver.Answer("dead", 503);
        var meetings = await lab.LogAsync(3, "scheduled");
        await Eventually.BecomesAsync("it fails", _ => lab.StatusAsync("dead"), static status => status?.FailingSince is not null);

        lab.Cluster.Clock.Advance(TimeSpan.FromDays(1));
        await Eventually.BecomesAsync(
            "it is cut off and the log says so",
            _ => lab.Tables.ListAsync("select cut_off_reason from wingman.log_readers where cut_off_at is not null"),
            static reasons => reasons is [var reason] && reason.Contains("answered 503", StringComparison.Ordinal));
        Assert.Contains("CUT OFF", (await lab.CommandAsync("list")).Output, StringComparison.Ordinal);
        lab.Receiver.Accept("dead");
        await lab.LogAsync(meetings, "completed");
        await lab.Cluster.Webhooks("dead").RunAsync();
        await lab.Cluster.Webhooks("dead").RunAsync();
        Assert.Empty(lab.Receiver.Accepted("dead"));

        await lab.CommandAsync("replay", "dead");
        await lab.ArriveAsync("dead", 6);

        Assert.All(meetings, meeting => Assert.Equal(ScheduledThenCompleted, lab.TypesOf("dead", meeting)));
        await Eventually.BecomesAsync("it is served", _ => lab.StatusAsync("dead"), static status => status is { CutOffAt: null, FailingSince: null });
    }

    [Fact]
    public async Task ReceiverThatAnswersGone_IsCutOffAtOnce()
    {
        await using var lab = await WebhookLab.StartAsync(["gone"]);
        lab.Receiver.Answer("gone", 410);
        await lab.LogAsync(1, "completed");

        await Eventually.BecomesAsync("it is cut off", _ => lab.StatusAsync("gone"), static status => status?.CutOffAt is not null);
    }

    [Fact]
    public async Task CrashAfterDelivery_BeforeItIsStored_DeliversAgain_AndLeavesNothingOut()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        var stock = new FailingStock();
        Meeting[] meetings;
        await using (var before = await WebhookLab.StartAsync(["one"], database, stock: stock))
        {
            stock.IsFailing = true;
            meetings = await before.LogAsync(10, "scheduled", "completed");
            await before.ArriveAsync("one", 20);
        }

        await using var lab = await WebhookLab.StartAsync(["one"], database);
        await lab.LogAsync(meetings, "no_show");
        await lab.ArriveAsync("one", 30);

        Assert.All(meetings, meeting => Assert.Equal([.. ScheduledThenCompleted, "session.no_show"], lab.TypesOf("one", meeting)));
    }

    [Fact]
    public async Task StorageThatFailsForAWhile_RepeatsNothing()
    {
        var stock = new FailingStock();
        await using var lab = await WebhookLab.StartAsync(["one"], stock: stock);
        stock.IsFailing = true;
        var meetings = await lab.LogAsync(10, "scheduled", "completed");
        await lab.ArriveAsync("one", 20);
        await Eventually.IsTrueAsync("storing failed after it", _ => Task.FromResult(stock.Failures >= 3));

        stock.IsFailing = false;
        await lab.LogAsync(meetings, "no_show");
        await lab.ArriveAsync("one", 30);

        Assert.Equal(30, lab.Receiver.All("one").Length);
        await Eventually.BecomesAsync("nothing waits", _ => lab.StatusAsync("one"), static status => status is { Waiting: 0 });
    }

    [Fact]
    public async Task Restart_GoesOnWhereItWas_WithWhatWaited()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        Meeting[] meetings;
        await using (var before = await WebhookLab.StartAsync(["one"], database))
        {
            before.Receiver.Answer("one", (arrival, http) =>
            {
                if (arrival.Type == "session.scheduled") http.Response.StatusCode = 500;
                return Task.CompletedTask;
            });
            meetings = await before.LogAsync(5, "scheduled", "completed");
            await before.LogAsync(3, "no_show");
            await before.ArriveAsync("one", 3);
        }

        await using var lab = await WebhookLab.StartAsync(["one"], database);
        await lab.ArriveAsync("one", 10);

        Assert.All(meetings, meeting => Assert.Equal(ScheduledThenCompleted, lab.TypesOf("one", meeting)));
        Assert.Equal(10, lab.Receiver.All("one").Length);
    }

    private static LogPosition PositionOf(string id) =>
        WebhookMessage.TryParseId(id, out var position) ? position : throw new FormatException($"'{id}' is no event.");
}
