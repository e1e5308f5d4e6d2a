using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Sweeping;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>After a stop or a crash of the service, or a time in which it could not store, delivery goes on where it was.</summary>
public sealed class WebhookContinuityTests
{
    [Fact]
    public async Task ReceiverThatFailed_IsTriedAfterALongStopOfTheService_BeforeItIsCutOff()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await FailAsync(database);
        await using var slow = await TestReceiver.StartAsync();
        slow.IsVerifying = false;
        slow.Answer("one", static (_, _) => Task.Delay(TimeSpan.FromMilliseconds(300)));
        var clock = new TestClock();
        clock.Advance(new WebhookOptions().CutOffAfter + TimeSpan.FromDays(1));

        await using var fixture = await WebhookFixture.StartAsync(
            ["one"], database, new() { [$"{WebhookOptions.Section}:Receivers:0:Url"] = slow.Url("one") }, clock: clock);

        await Eventually.IsTrueAsync("it has all", _ => Task.FromResult(slow.Accepted("one").Length == 3));
        await Eventually.BecomesAsync("it is served", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 0, FailingSince: null, CutOffAt: null });
    }

    [Fact]
    public async Task ReceiverThatFailed_WithEventsThatAreNotWantedAnyMore_DoesNotFail()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        await FailAsync(database);

        await using var fixture = await WebhookFixture.StartAsync(
            ["one"], database, new() { [$"{WebhookOptions.Section}:Receivers:0:Events:0"] = "session.cancelled" });

        await Eventually.BecomesAsync("it does not fail", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 0, FailingSince: null });
    }

    [Fact]
    public async Task CrashAfterDelivery_BeforeItIsStored_DeliversAgain_AndLeavesNothingOut()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        var stock = new FailingStock();
        Meeting[] meetings;
        await using (var before = await WebhookFixture.StartAsync(["one"], database, stock: stock))
        {
            stock.IsFailing = true;
            meetings = await before.LogAsync(10, "scheduled", "completed");
            await before.ArriveAsync("one", 20);
        }

        await using var fixture = await WebhookFixture.StartAsync(["one"], database);
        await fixture.LogAsync(meetings, "no_show");
        await fixture.ArriveAsync("one", 30);

        Assert.All(meetings, meeting => Assert.Equal([.. WebhookFixture.ScheduledThenCompleted, "session.no_show"], fixture.TypesOf("one", meeting)));
    }

    [Fact]
    public async Task StorageThatFailsForAWhile_RepeatsNothing()
    {
        var stock = new FailingStock();
        await using var fixture = await WebhookFixture.StartAsync(["one"], stock: stock);
        stock.IsFailing = true;
        var meetings = await fixture.LogAsync(10, "scheduled", "completed");
        await fixture.ArriveAsync("one", 20);
        await Eventually.IsTrueAsync("storing failed after it", _ => Task.FromResult(stock.Failures >= 3));

        stock.IsFailing = false;
        await fixture.LogAsync(meetings, "no_show");
        await fixture.ArriveAsync("one", 30);

        Assert.Equal(30, fixture.Receiver.All("one").Length);
        await Eventually.BecomesAsync("nothing waits", _ => fixture.StatusAsync("one"), static status => status is { Waiting: 0 });
    }

    // First from the start, so that no round has measured anything, and later once more.
    [Fact]
    public async Task RoundsThatFail_ShowALagThatGrows_UntilOneSucceeds()
    {
        const double AlertsBeyond = 900;
        await using var database = await TestDatabase.CreateFreshAsync();
        await (await WebhookFixture.StartAsync(["one"], database)).DisposeAsync();
        using var metrics = new MetricsReader("Wingman");
        var stock = new FailingStock { IsFailing = true };
        await using var fixture = await WebhookFixture.StartAsync(["one"], database, stock: stock);
        await FailTwiceMoreAsync();
        fixture.Cluster.Clock.Advance(TimeSpan.FromMinutes(20));
        await LagBecomesAsync("it is behind from the start", static lag => lag > AlertsBeyond);

        stock.IsFailing = false;
        await LagBecomesAsync("a round has succeeded", static lag => lag == 0);

        stock.IsFailing = true;
        // The next report is due, and stores first.
        fixture.Cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await FailTwiceMoreAsync();
        Assert.InRange(LagSeconds(), 0, AlertsBeyond);
        fixture.Cluster.Clock.Advance(TimeSpan.FromMinutes(20));
        await LagBecomesAsync("it is behind again", static lag => lag > AlertsBeyond);

        double LagSeconds() => metrics.Observe("wingman.log.reader_lag");
        Task<double> LagBecomesAsync(string what, Func<double, bool> holds) => Eventually.BecomesAsync(what, _ => Task.FromResult(LagSeconds()), holds);
        // The second failure shows that the first one's round has ended.
        Task FailTwiceMoreAsync()
        {
            var before = stock.Failures;
            return Eventually.IsTrueAsync("rounds fail", _ => Task.FromResult(stock.Failures >= before + 2));
        }
    }

    [Fact]
    public async Task Restart_GoesOnWhereItWas_WithWhatWaited()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        Meeting[] meetings;
        await using (var before = await WebhookFixture.StartAsync(["one"], database))
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

        await using var fixture = await WebhookFixture.StartAsync(["one"], database);
        await fixture.ArriveAsync("one", 10);

        Assert.All(meetings, meeting => Assert.Equal(WebhookFixture.ScheduledThenCompleted, fixture.TypesOf("one", meeting)));
        Assert.Equal(10, fixture.Receiver.All("one").Length);
    }

    /// <summary>Lets three events wait for the receiver "one", which refuses them, and stops the service.</summary>
    private static async Task FailAsync(TestDatabase database)
    {
        await using var before = await WebhookFixture.StartAsync(["one"], database);
        before.Receiver.Answer("one", 503);
        await before.LogAsync(3, "completed");
        await Eventually.BecomesAsync("it fails", _ => before.StatusAsync("one"), static status => status is { Waiting: 3, FailingSince: not null });
    }
}
