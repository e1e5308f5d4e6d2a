using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Wingman.Client;
using Wingman.Testing;

namespace Wingman.Api.Tests.Client;

public sealed class WatchTests : ClientTests
{
    private static readonly Guid Session = Guid.NewGuid();

    // The description's own example has every property that the client requires.
    private static readonly JsonNode Example =
        JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "openapi.json")))!["components"]!["schemas"]!["SessionView"]!["examples"]![0]!;

    [Fact]
    public async Task Watch_ShowsEachChange_AndEndsWithTheSession()
    {
        Service.Stream(new ScriptedStream(
            State("state", "scheduled", "1:a") + Heartbeat(0) + State("confirmed", "scheduled", "2:a") + State("completed", "completed", "3:a") + State("changed", "completed", "4:a"),
            StreamEnd.Silent));

        var seen = await NewClient().WatchAsync(Session).ToListAsync();

        Assert.Equal([("state", "1:a"), ("confirmed", "2:a"), ("completed", "3:a")], seen.Select(change => (change.Name, change.Id)));
        Assert.Equal([false, false, true], seen.Select(change => change.IsLast));
        Assert.Equal(SessionStatus.Completed, seen[^1].Data.Session!.Status);
        Assert.Equal(("GET", $"/base/api/session/{Session}/events", null), (Service.Requests[0].Method, Service.Requests[0].Path, Service.Requests[0].LastEventId));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("no_show")]
    public async Task Watch_OfASessionThatIsOver_ShowsIt_AndEnds(string status)
    {
        Service.Stream(new ScriptedStream(State("state", status, "1:a"), StreamEnd.Silent));

        Assert.Equal("state", Assert.Single(await NewClient().WatchAsync(Session).ToListAsync()).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_ThatBreaksOff_GoesOnAfterTheLastEvent(bool isBroken)
    {
        Service
            .Stream(new ScriptedStream(State("state", "scheduled", "1:a") + State("confirmed", "scheduled", "2:a"), isBroken ? StreamEnd.Broken : StreamEnd.Ended))
            .Stream(new ScriptedStream("event: completed\ndata: {\"at\":\"2030-01-01T12:00:00Z\"}\n\n" + State("state", "completed", "3:a"), StreamEnd.Silent));

        var seen = await NewClient().WatchAsync(Session, "0:z").ToListAsync();

        Assert.Equal(["state", "confirmed", "completed", "state"], seen.Select(change => change.Name));
        Assert.Equal(["0:z", "2:a"], Service.Requests.Select(request => request.LastEventId));
        // As long as the retry field says.
        Assert.Equal(TimeSpan.FromMilliseconds(1500), Clock.Passed);
    }

    [Fact]
    public async Task Watch_GoesOnThroughAnOutage_AndWaitsLongerEachTime()
    {
        Service.Stream(new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Broken));
        for (var i = 0; i < 40; i++)
            Service.Fail().Answer(502, "<html>").Refuse(503, "stopping", retryAfter: "1").Refuse(429, "too_many_streams", retryAfter: "100");
        Service.Stream(new ScriptedStream(State("state", "completed", "2:a"), StreamEnd.Silent));

        var seen = await NewClient().WatchAsync(Session).ToListAsync();

        Assert.Equal(["1:a", "2:a"], seen.Select(change => change.Id));
        // At most half a minute each, and soon not much less.
        Assert.InRange(Clock.Passed, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(40));
    }

    // Otherwise all clients of a host that has failed would come back together, again and again.
    [Fact]
    public async Task Watch_ThatFailsAgain_WaitsForATimeOfItsOwn()
    {
        var waited = new HashSet<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            var clock = new HastyClock();
            Service
                .Stream(new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Broken))
                .Stream(new ScriptedStream("", StreamEnd.Broken))
                .Stream(new ScriptedStream(State("state", "completed", "2:a"), StreamEnd.Silent));
            await NewClient(clock: clock).WatchAsync(Session).ToListAsync();
            // The first time as long as the retry field says, then up to twice as long.
            Assert.InRange(clock.Passed, TimeSpan.FromMilliseconds(3000), TimeSpan.FromMilliseconds(4500));
            waited.Add(clock.Passed);
        }

        Assert.True(waited.Count > 1, "all waited for the same time");
    }

    [Theory]
    [InlineData("stopping")]
    [InlineData("token_expired")]
    [InlineData("a_reason_of_tomorrow")]
    public async Task Watch_ThatTheHostCloses_GoesOnAtOnce(string reason)
    {
        Service
            .Stream(new ScriptedStream(State("state", "scheduled", "1:a") + $"event: closing\ndata: {{\"reason\":\"{reason}\"}}\n\n", StreamEnd.Silent))
            .Stream(new ScriptedStream(State("state", "completed", "2:a"), StreamEnd.Silent));

        await NewClient().WatchAsync(Session).ToListAsync();

        Assert.Equal(TimeSpan.Zero, Clock.Passed);
    }

    [Fact]
    public async Task Watch_OfADeletedSession_Ends()
    {
        Service.Stream(new ScriptedStream(State("state", "scheduled", "1:a") + "event: deleted\ndata: {}\n\n", StreamEnd.Silent));

        Assert.True((await NewClient().WatchAsync(Session).ToListAsync())[^1] is { Name: "deleted", IsLast: true });
    }

    [Fact]
    public async Task Watch_OfASessionThatWasDeletedInABreak_Ends()
    {
        Service.Stream(new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Broken)).Answer(404, """{"detail":"Session not found"}""");

        Assert.True((await NewClient().WatchAsync(Session).ToListAsync())[^1] is { Name: "deleted", IsLast: true });
    }

    [Theory]
    [InlineData("404 page not found")]
    [InlineData("")]
    [InlineData("{\"detail\":\"Not Found\"}")]
    public async Task Watch_GoesOnThroughThe404OfAProxy(string body)
    {
        Service
            .Stream(new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Broken))
            .Answer(404, body)
            .Stream(new ScriptedStream(State("state", "completed", "2:a"), StreamEnd.Silent));

        var seen = await NewClient().WatchAsync(Session).ToListAsync();

        Assert.Equal([("state", "1:a"), ("state", "2:a")], seen.Select(change => (change.Name, change.Id)));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task Watch_ThatIsRefused_Throws(int status)
    {
        Service.Refuse(status, "some_code");

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => NewClient().WatchAsync(Session).ToListAsync().AsTask());

        Assert.Equal((status, "some_code"), (refusal.Status, refusal.Code));
    }

    [Fact]
    public async Task Watch_ThatIsNeverOpened_Throws()
    {
        for (var i = 0; i < 100; i++) Service.Fail();

        await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().WatchAsync(Session).ToListAsync().AsTask());
    }

    [Fact]
    public async Task Watch_WithoutHeartbeats_IsGivenUpAfterTwoOfTheLongest()
    {
        var clock = new FakeTimeProvider();
        var stream = new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Silent);

        await AssertGivenUpAfterAsync(stream, TimeSpan.FromMinutes(2), clock);
    }

    [Fact]
    public async Task Watch_WithHeartbeats_IsGivenUpAfterTwoOfThem()
    {
        var clock = new FakeTimeProvider();
        var stream = new ScriptedStream(State("state", "scheduled", "1:a") + Heartbeat(0) + Heartbeat(15), StreamEnd.Silent);

        await AssertGivenUpAfterAsync(stream, TimeSpan.FromSeconds(30), clock);
    }

    [Fact]
    public async Task Watch_ThatIsGivenUp_WaitsTwiceAsLongForTheNextStream()
    {
        var clock = new FakeTimeProvider();
        // They are opened again at once, so that the clock stands still while the next one is opened.
        var heartbeats = State("state", "scheduled", "1:a", retry: 0) + Heartbeat(0) + Heartbeat(15);
        var none = State("state", "scheduled", "2:a", retry: 0);
        (ScriptedStream Stream, TimeSpan Silence)[] silent =
        [
            (new ScriptedStream(heartbeats, StreamEnd.Silent), TimeSpan.FromSeconds(30)),
            (new ScriptedStream(none, StreamEnd.Silent), TimeSpan.FromSeconds(60)),
            (new ScriptedStream(none, StreamEnd.Silent), TimeSpan.FromSeconds(120)),
            (new ScriptedStream(none, StreamEnd.Silent), TimeSpan.FromSeconds(120)),
            (new ScriptedStream(heartbeats, StreamEnd.Silent), TimeSpan.FromSeconds(30)),
        ];
        foreach (var (stream, _) in silent) Service.Stream(stream);
        Service.Stream(new ScriptedStream(State("state", "completed", "3:a"), StreamEnd.Silent));

        var watch = NewClient(clock: clock).WatchAsync(Session).ToListAsync().AsTask();
        foreach (var (stream, silence) in silent) await AssertSilenceAsync(stream, silence, clock);

        Assert.Equal("3:a", (await watch.WaitAsync(Eventually.Deadline))[^1].Id);
    }

    [Fact]
    public async Task CallerWhoLeaves_EndsTheWatch()
    {
        var stream = new ScriptedStream(State("state", "scheduled", "1:a"), StreamEnd.Silent);
        Service.Stream(stream);
        using var left = new CancellationTokenSource();
        var watch = NewClient().WatchAsync(Session, cancellationToken: left.Token).ToListAsync().AsTask();
        await stream.IsRead.WaitAsync(Eventually.Deadline);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(Eventually.Deadline));
    }

    private async Task AssertGivenUpAfterAsync(ScriptedStream silent, TimeSpan silence, FakeTimeProvider clock)
    {
        Service.Stream(silent).Stream(new ScriptedStream(State("state", "completed", "2:a"), StreamEnd.Silent));
        var watch = NewClient(clock: clock).WatchAsync(Session).ToListAsync().AsTask();
        await AssertSilenceAsync(silent, silence, clock);

        await Eventually.IsTrueAsync("the stream is opened again", _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(watch.IsCompleted);
        });
        Assert.Equal(["1:a", "2:a"], (await watch).Select(change => change.Id));
        Assert.Equal("1:a", Service.Requests[1].LastEventId);
    }

    private static async Task AssertSilenceAsync(ScriptedStream stream, TimeSpan silence, FakeTimeProvider clock)
    {
        await stream.IsRead.WaitAsync(Eventually.Deadline);

        clock.Advance(silence - TimeSpan.FromMilliseconds(1));
        Assert.False(stream.IsGivenUp);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(stream.IsGivenUp);
    }

    private static string Heartbeat(int second) => $"event: heartbeat\ndata: {{\"at\":\"2030-01-01T12:00:{second:00}Z\"}}\n\n";

    private static string State(string name, string status, string id, int retry = 1500)
    {
        var session = Example.DeepClone();
        session["id"] = Session.ToString();
        session["status"] = status;
        return $"event: {name}\nid: {id}\nretry: {retry}\ndata: {{\"session\":{session.ToJsonString()}}}\n\n";
    }
}
