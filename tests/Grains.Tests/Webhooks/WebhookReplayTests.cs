using Wingman.Events;
using Wingman.Grains.Tests.Cluster;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Events that a receiver did not accept, or that it wants once more, are delivered when an operator asks for it.</summary>
public sealed class WebhookReplayTests
{
    [Fact]
    public async Task EventThatIsRefusedTooOften_IsADeadLetter_AndIsDeliveredWhenReplayed()
    {
        await using var fixture = await WebhookFixture.StartAsync(["picky"], settings: new() { [$"{WebhookOptions.Section}:MaxAttempts"] = "3" });
        var poison = (await fixture.Tables.AddMeetingsAsync(1))[0];
        fixture.Receiver.Answer("picky", (arrival, http) =>
        {
            if (arrival.Key == poison.Session.Value && arrival.Type == "session.scheduled") http.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        await fixture.LogAsync([poison], "scheduled");
        await fixture.LogAsync([poison], "completed");
        await Eventually.IsTrueAsync("it was refused", _ => Task.FromResult(fixture.Receiver.All("picky").Length > 0));
        await fixture.LogAsync(1, "completed");

        // The next event of its session is delivered after this one is given up.
        await fixture.ArriveAsync("picky", 2);
        Assert.Equal(["session.completed"], fixture.TypesOf("picky", poison));
        var (exitCode, dead) = await fixture.CommandAsync("dead");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^picky  evt_\d+_\d+_\d+  session.scheduled, \d+ attempts, dead since .*: answered 400\s*$", dead);
        Assert.Contains("1 dead", (await fixture.CommandAsync("list")).Output, StringComparison.Ordinal);

        fixture.Receiver.Accept("picky");
        Assert.Equal(0, (await fixture.CommandAsync("replay", "picky")).ExitCode);
        await fixture.ArriveAsync("picky", 3);

        await Eventually.BecomesAsync("nothing is dead", _ => fixture.Tables.CountAsync("select count(*) from wingman.webhook_dead_letters"), static count => count == 0);
        Assert.Equal(["session.completed", "session.scheduled"], fixture.TypesOf("picky", poison));
    }

    [Fact]
    public async Task Replay_FromAnEvent_DeliversEverythingFromItOnAgain()
    {
        await using var fixture = await WebhookFixture.StartAsync(["one", "other"]);
        var meetings = await fixture.LogAsync(5, "scheduled", "completed");
        var from = (await fixture.ArriveAsync("one", 10)).Where(static arrival => arrival.Type == "session.completed").MinBy(static arrival => PositionOf(arrival.Id))!.Id;
        await fixture.ArriveAsync("other", 10);

        Assert.Equal(0, (await fixture.CommandAsync("replay", "one", "--from", from)).ExitCode);
        await Eventually.BecomesAsync("they have arrived again", _ => Task.FromResult(fixture.Receiver.Accepted("one")), static all => all.Length >= 15);

        Assert.All(meetings, meeting => Assert.Equal([.. WebhookFixture.ScheduledThenCompleted, "session.completed"], fixture.TypesOf("one", meeting)));
        Assert.Equal(10, fixture.Receiver.All("other").Length);
        Assert.Equal(2, (await fixture.CommandAsync("replay", "nobody")).ExitCode);
        Assert.Equal(2, (await fixture.CommandAsync("replay", "one", "--from", "yesterday")).ExitCode);
    }

    [Fact]
    public async Task Replay_FromAnEvent_TakesUpTheDeadLettersFromItOn()
    {
        await using var fixture = await WebhookFixture.StartAsync(["picky"], settings: new() { [$"{WebhookOptions.Section}:MaxAttempts"] = "3" });
        fixture.Receiver.Answer("picky", static (arrival, http) =>
        {
            if (arrival.Type == "session.scheduled") http.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        var poison = await fixture.LogAsync(1, "scheduled");
        await Eventually.IsTrueAsync("it was refused", _ => Task.FromResult(fixture.Receiver.All("picky").Length > 0));
        await fixture.LogAsync(1, "completed");
        await Eventually.BecomesAsync("it is dead", _ => DeadLettersAsync(fixture), static count => count == 1);
        var from = fixture.Receiver.All("picky").First(static arrival => arrival.Type == "session.scheduled").Id;

        fixture.Receiver.Accept("picky");
        Assert.Equal(0, (await fixture.CommandAsync("replay", "picky", "--from", from)).ExitCode);
        await Eventually.IsTrueAsync("it arrived", _ => Task.FromResult(fixture.TypesOf("picky", poison[0]) is ["session.scheduled"]));

        await Eventually.BecomesAsync("nothing is dead", _ => DeadLettersAsync(fixture), static count => count == 0);
    }

    [Fact]
    public async Task Replay_OfMoreDeadLettersThanAreTakenUpAtATime_DeliversEachOnce()
    {
        const int Dead = 420;
        await using var database = await TestDatabase.CreateFreshAsync();
        await using (var before = await WebhookFixture.StartAsync([], database)) await before.LogAsync(Dead, "completed");
        await using var fixture = await WebhookFixture.StartAsync(["slow"], database);
        // Longer than a few rounds.
        fixture.Receiver.Answer("slow", static (_, _) => Task.Delay(TimeSpan.FromMilliseconds(120)));
        await fixture.Tables.ExecuteAsync("""
            insert into wingman.webhook_dead_letters (receiver, era, tx, id, kind, attempts, first_attempt_at, last_failure)
            select 'slow', (select max(era) from wingman.log_eras), tx, id, 'session.completed', 12, now(), 'answered 500' from wingman.events where kind = 'completed'
            """);

        Assert.Equal(0, (await fixture.CommandAsync("replay", "slow")).ExitCode);
        await fixture.ArriveAsync("slow", Dead);

        await Eventually.BecomesAsync("nothing waits", _ => fixture.StatusAsync("slow"), static status => status is { Waiting: 0 });
        Assert.Equal(Dead, fixture.Receiver.All("slow").Length);
        Assert.Equal(0, await DeadLettersAsync(fixture));
    }

    private static Task<long> DeadLettersAsync(WebhookFixture fixture) => fixture.Tables.CountAsync("select count(*) from wingman.webhook_dead_letters");

    private static LogPosition PositionOf(string id) =>
        WebhookMessage.TryParseId(id, out var position) ? position : throw new FormatException($"'{id}' is no event.");
}
