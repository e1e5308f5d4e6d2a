using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Npgsql;
using Wingman.Api.Tests.Host;
using Wingman.Client;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.Api.Tests.EndToEnd;

/// <summary>Streams of sessions, of the whole service: what a phone sees of what the other one does.</summary>
public sealed class LiveTests(LiveTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<LiveTests.Fixture>
{
    private const int MaxStreamsPerUser = 3;

    private RunningApi Api => fixture.Api;

    [Fact]
    public async Task Events_BeginWithTheState_AndShowBothConfirmationsWithBothReputations()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var first = await Api.WatchAsync(buddies.Session, buddies.User1);
        await using var second = await Api.WatchAsync(buddies.Session, buddies.User2);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (first.Status, first.ContentType));

        await Assert.AllAsync([first, second], async client =>
        {
            var state = await client.NextAsync();
            Assert.Equal(("state", "scheduled"), (state.Name, state.Status));
            using var read = JsonDocument.Parse((await buddies.GetAsync(buddies.User1)).Body);
            Assert.Equal(read.RootElement.GetRawText(), state.Data.GetProperty("session").GetRawText());
            Assert.InRange(client.Retry, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2.5));
        });

        await buddies.ConfirmAsync(buddies.User1);
        await Assert.AllAsync([first, second], async client =>
        {
            var confirmed = await client.NextAsync();
            Assert.Equal(("confirmed", "scheduled", (true, false), (0, 0)), (confirmed.Name, confirmed.Status, Confirmed(confirmed), Completed(confirmed)));
        });

        await buddies.ConfirmAsync(buddies.User2);
        await Assert.AllAsync([first, second], async client =>
        {
            var completed = await client.NextAsync();
            Assert.Equal(("completed", "completed", (true, true), (1, 1)), (completed.Name, completed.Status, Confirmed(completed), Completed(completed)));
        });
    }

    [Fact]
    public async Task Events_WhenTheBuddyCancels_ShowIt()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1);
        await client.NextAsync();

        await buddies.CancelAsync(buddies.User2);

        var cancelled = await client.NextAsync();
        Assert.Equal(("cancelled", "cancelled"), (cancelled.Name, cancelled.Status));
    }

    [Theory]
    [InlineData("scheduled_time = '2031-02-03T04:05:06Z'", "rescheduled", "scheduled", 0)]
    [InlineData("user2_completed_confirmed_by_user1 = true", "confirmed", "scheduled", 0)]
    [InlineData("status = 'completed', completed_at = now()", "completed", "completed", 1)]
    [InlineData("status = 'cancelled'", "cancelled", "cancelled", 0)]
    [InlineData("status = 'no_show'", "no_show", "no_show", 0)]
    [InlineData("notes = 'Ask for the table at the window.'", "changed", "scheduled", 0)]
    public async Task Events_WhenSomeoneElseChangesTheRow_ShowIt(string assignment, string name, string status, int completed)
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1);
        await client.NextAsync();

        var sent = Stopwatch.StartNew();
        await ExecuteAsync($"update public.wingman_sessions set {assignment} where id = $1", buddies.Session);

        var change = await client.NextAsync();
        output.WriteLine($"'{change.Name}' {sent.Elapsed.TotalMilliseconds:0} ms after another program had sent its change");
        Assert.Equal((name, status, (completed, completed)), (change.Name, change.Status, Completed(change)));
    }

    [Fact]
    public async Task Events_WhenSomeoneElseDeletesTheSession_SayItAndEnd()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1);
        await client.NextAsync();

        await ExecuteAsync("delete from public.wingman_sessions where id = $1", buddies.Session);

        Assert.Equal("deleted", (await client.NextAsync()).Name);
        await client.EndAsync();
        await using var again = await Api.WatchAsync(buddies.Session, buddies.User1);
        Assert.Equal(HttpStatusCode.NotFound, again.Status);
    }

    [Fact]
    public async Task Events_ResumedWithTheLastId_ShowExactlyWhatWasMissed()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var before = await Api.WatchAsync(buddies.Session, buddies.User1);
        await before.NextAsync();
        await buddies.ConfirmAsync(buddies.User1);
        Assert.Equal("confirmed", (await before.NextAsync()).Name);
        var lastId = before.LastEventId;
        await before.DisposeAsync();
        await Api.SendAsync(HttpMethod.Patch, $"/api/session/{buddies.Session}/notes", """{"notes":"Late."}""", buddies.User2);
        await buddies.ConfirmAsync(buddies.User2);

        await using var after = await Api.WatchAsync(buddies.Session, buddies.User1, lastId);
        SeenEvent[] seen = [await after.NextAsync(), await after.NextAsync(), await after.NextAsync()];

        Assert.Equal(["notes_updated", "completed", "state"], seen.Select(static one => one.Name));
        Assert.All(seen[..2], one => Assert.Equal(buddies.User2, one.Data.GetProperty("user_id").GetGuid()));
        Assert.Equal(("completed", (1, 1)), (seen[2].Status, Completed(seen[2])));

        await using var upToDate = await Api.WatchAsync(buddies.Session, buddies.User1, after.LastEventId);
        Assert.Equal("state", (await upToDate.NextAsync()).Name);
        await using var nonsense = await Api.WatchAsync(buddies.Session, buddies.User1, "9:1:nonsense");
        Assert.Equal("state", (await nonsense.NextAsync()).Name);
    }

    [Fact]
    public async Task Events_OfAnyoneButAParticipant_AreRefused()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var stranger = await Api.WatchAsync(buddies.Session, Guid.NewGuid());
        await using var nowhere = await Api.WatchAsync(Guid.NewGuid(), buddies.User1);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (stranger.Status, nowhere.Status));
        Assert.Equal(422, (await Api.SendAsync(HttpMethod.Get, "/api/session/nonsense/events", user: buddies.User1)).Status);
        Assert.Equal(403, (await Api.SendAsync(HttpMethod.Get, $"/api/session/{buddies.Session}/events")).Status);
    }

    [Fact]
    public async Task Streams_OfOneUser_AreBounded_AndWhenTheyAreLeftNothingRemains()
    {
        var buddies = await Buddies.MeetAsync(Api);
        List<LiveClient> clients = [];
        for (var i = 0; i < MaxStreamsPerUser; i++) clients.Add(await Api.WatchAsync(buddies.Session, buddies.User1));

        await using (var refused = await Api.WatchAsync(buddies.Session, buddies.User1))
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        await using (var ofTheBuddy = await Api.WatchAsync(buddies.Session, buddies.User2))
            Assert.Equal("state", (await ofTheBuddy.NextAsync()).Name);
        foreach (var client in clients) await client.DisposeAsync();

        await GaugesBecomeAsync(0);
        await using var again = await Api.WatchAsync(buddies.Session, buddies.User1);
        Assert.Equal("state", (await again.NextAsync()).Name);
        await GaugesBecomeAsync(1);
    }

    [Fact]
    public async Task Streams_ThatAreOpen_AreNoRequestsInProgress()
    {
        await using var api = await RunningApi.StartAsync(("Wingman:Api:MaxConcurrentRequests", "2"), ("Wingman:NoShow:Enabled", "false"));
        var buddies = await Buddies.MeetAsync(api);
        await using var first = await api.WatchAsync(buddies.Session, buddies.User1);
        await using var second = await api.WatchAsync(buddies.Session, buddies.User2);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.Status, second.Status));

        Assert.Equal(200, (await buddies.GetAsync(buddies.User1)).Status);
        Assert.Equal(("state", "state"), ((await first.NextAsync()).Name, (await second.NextAsync()).Name));
    }

    [Fact]
    public async Task Stream_ThatIsQuiet_SaysThatItIsThere()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1);
        await client.NextAsync();

        // Longer than a subscription lasts if it is not renewed.
        for (var i = 0; i < 17; i++) Assert.Equal("heartbeat", (await client.NextOfAnyKindAsync()).Name);

        await buddies.CancelAsync(buddies.User2);
        Assert.Equal("cancelled", (await client.NextAsync()).Name);
    }

    [Fact]
    public async Task Stream_WhoseTokenExpires_Ends()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1, tokenLifetime: TimeSpan.FromSeconds(1));
        Assert.Equal("state", (await client.NextAsync()).Name);

        var closing = await client.NextAsync();

        Assert.Equal(("closing", "token_expired"), (closing.Name, closing.Data.GetProperty("reason").GetString()));
        await client.EndAsync();
    }

    [Fact]
    public async Task Stream_WhoseTokenWasVerifiedForAnEarlierRequest_EndsWithItToo()
    {
        var buddies = await Buddies.MeetAsync(Api);
        var token = Api.Tokens.ForUser(buddies.User1, TimeSpan.FromSeconds(5));
        await using var earlier = await LiveClient.OpenAsync(Api.Address, buddies.Session, token);
        await using var client = await LiveClient.OpenAsync(Api.Address, buddies.Session, token);
        Assert.Equal("state", (await client.NextAsync()).Name);

        var closing = await client.NextAsync().WaitAsync(Eventually.Deadline);

        Assert.Equal(("closing", "token_expired"), (closing.Name, closing.Data.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Stream_WhoseHostIsStopped_SaysSo_AndResumesAtTheNext()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await using var client = await Api.WatchAsync(buddies.Session, buddies.User1);
        await client.NextAsync();

        await Api.RestartAsync();

        var closing = await client.NextAsync();
        Assert.Equal(("closing", "stopping"), (closing.Name, closing.Data.GetProperty("reason").GetString()));
        await client.EndAsync();
        await buddies.ConfirmAsync(buddies.User2);
        await using var next = await Api.WatchAsync(buddies.Session, buddies.User1, client.LastEventId);
        Assert.Equal(("confirmed", "state"), ((await next.NextAsync()).Name, (await next.NextAsync()).Name));
    }

    [Fact]
    public async Task WatchOfTheClient_GoesOnThroughARestart_AndEndsWithTheSession()
    {
        var buddies = await Buddies.MeetAsync(Api);
        var options = new WingmanClientOptions
        {
            Address = Api.Address,
            Deadline = Eventually.Deadline,
            Token = (_, _) => ValueTask.FromResult(Api.Tokens.ForUser(buddies.User1)),
        };
        using var client = WingmanClient.Create(options, new DocumentedHandler(new SocketsHttpHandler()));
        using var deadline = new CancellationTokenSource(2 * Eventually.Deadline);
        await using var watch = client.WatchAsync(buddies.Session, cancellationToken: deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("state", watch.Current.Name);

        await Api.RestartAsync();
        await buddies.ConfirmAsync(buddies.User1);
        await buddies.ConfirmAsync(buddies.User2);

        // Which changes arrive live, and which were missed, depends on when the watch reconnects. The final state does not.
        var last = watch.Current;
        while (await watch.MoveNextAsync()) last = watch.Current;
        Assert.Equal((true, Wingman.Client.SessionStatus.Completed), (last.IsLast, last.Data.Session?.Status));
        // An event has no reputations if they could not be read in time, for example on a host that has just started.
        Assert.True(last.Data.Reputations is null or { User1.CompletedSessions: 1, User2.CompletedSessions: 1 });
        Assert.Equal(1, (await client.GetReputationAsync(buddies.User1, deadline.Token)).CompletedSessions);
        Assert.Equal(1, (await client.GetReputationAsync(buddies.User2, deadline.Token)).CompletedSessions);
    }

    private static (bool, bool) Confirmed(SeenEvent seen)
    {
        var participants = seen.Data.GetProperty("session").GetProperty("participants");
        return (participants.GetProperty("user1").GetProperty("confirmed").GetBoolean(), participants.GetProperty("user2").GetProperty("confirmed").GetBoolean());
    }

    private static (int, int) Completed(SeenEvent seen)
    {
        var reputations = seen.Data.GetProperty("reputations");
        return (reputations.GetProperty("user1").GetProperty("completed_sessions").GetInt32(), reputations.GetProperty("user2").GetProperty("completed_sessions").GetInt32());
    }

    private async Task GaugesBecomeAsync(long count)
    {
        foreach (var gauge in new[] { "wingman_live_streams", "wingman_live_sessions", "wingman_live_watched" })
            await Eventually.BecomesAsync($"{gauge} is {count}", checking => Api.ReadGaugeAsync(gauge, checking), seen => seen == count);
    }

    private async Task ExecuteAsync(string sql, Guid id)
    {
        await using var database = NpgsqlDataSource.Create(Api.ConnectionString);
        Assert.Equal(1, await database.ExecuteAsync(sql, id));
    }

    /// <summary>One service for all tests of the class.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public RunningApi Api { get; private set; } = null!;

        public async Task InitializeAsync() => Api = await RunningApi.StartAsync(
            ("Wingman:Live:Heartbeat", "00:00:01"), ("Wingman:Live:MaxStreamsPerUser", $"{MaxStreamsPerUser}"), ("Wingman:NoShow:Enabled", "false"));

        public async Task DisposeAsync() => await Api.DisposeAsync();
    }
}
