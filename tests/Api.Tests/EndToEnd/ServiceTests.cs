using System.Text.Json;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.EndToEnd;

/// <summary>The whole service over HTTP: the API, the grains and the database.</summary>
public sealed class ServiceTests(ServiceTests.Fixture fixture) : IClassFixture<ServiceTests.Fixture>
{
    private const string Waiting =
        """{"success":true,"message":"Completion confirmation recorded. Waiting for your buddy to confirm their completion.","both_confirmed":false,"reputation_updated":false,"session_status":"scheduled"}""";

    private const string Completed =
        """{"success":true,"message":"Session marked as completed! Both participants have confirmed completion and reputation updated.","both_confirmed":true,"reputation_updated":true,"session_status":"completed"}""";

    private const string AlreadyCompleted =
        """{"success":true,"message":"Session already completed","both_confirmed":true,"reputation_updated":true,"session_status":"completed"}""";

    private RunningApi Api => fixture.Api;

    [Fact]
    public async Task Confirmations_OfBothBuddies_CompleteTheSessionAndCreditBoth()
    {
        var buddies = await Buddies.MeetAsync(Api);

        Assert.Equal((200, Waiting), Seen(await buddies.ConfirmAsync(buddies.User1)));
        Assert.Equal((200, Waiting), Seen(await buddies.ConfirmAsync(buddies.User1)));
        Assert.Equal((403, RefusalCodes.BodyOf("Access denied - user is not a participant in this session")), Seen(await buddies.ConfirmAsync(Guid.NewGuid())));
        Assert.Equal((200, Completed), Seen(await buddies.ConfirmAsync(buddies.User2)));
        Assert.Equal((200, AlreadyCompleted), Seen(await buddies.ConfirmAsync(buddies.User2)));
        Assert.Equal((200, AlreadyCompleted), Seen(await buddies.ConfirmAsync(buddies.User1)));
        Assert.Equal(409, (await buddies.CancelAsync(buddies.User1)).Status);
        foreach (var user in new[] { buddies.User1, buddies.User2 })
        {
            var reputation = await Api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user}", user: user);
            Assert.StartsWith("""{"score":1,"completed_sessions":1,"no_shows":0,"badge_color":"green","cache_timestamp":""", reputation.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Session_ThatNobodyKnows_Is404()
    {
        var nowhere = new Buddies(Api, Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal((404, RefusalCodes.BodyOf("Session not found")), Seen(await nowhere.ConfirmAsync(nowhere.User1)));
        Assert.Equal(404, (await nowhere.GetAsync(nowhere.User1)).Status);
        Assert.Equal(404, (await nowhere.CancelAsync(nowhere.User1)).Status);
        Assert.Equal((404, RefusalCodes.BodyOf("Match not found")), Seen(await nowhere.CreateAsync()));
    }

    [Fact]
    public async Task Match_TakesSessionsOnlyWhileItIsAcceptedAndHasNone()
    {
        var buddies = new Buddies(Api, Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(201, (await buddies.PutMatchAsync("pending")).Status);
        Assert.Equal((400, RefusalCodes.BodyOf("Match status must be 'accepted' to schedule sessions (current: pending)")), Seen(await buddies.CreateAsync()));

        Assert.Equal(200, (await buddies.PutMatchAsync("accepted")).Status);
        Assert.Equal(200, (await buddies.CreateAsync()).Status);
        Assert.Equal((409, RefusalCodes.BodyOf("This match already has an active session (scheduled or in progress)")), Seen(await buddies.CreateAsync()));
    }

    [Fact]
    public async Task Session_ThatIsCancelled_CanNeitherBeConfirmedNorCancelled()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await buddies.ConfirmAsync(buddies.User1);

        Assert.Equal((200, """{"success":true,"message":"Session cancelled","session_status":"cancelled"}"""), Seen(await buddies.CancelAsync(buddies.User2)));

        Assert.Equal((409, RefusalCodes.BodyOf("Session was cancelled and cannot be confirmed")), Seen(await buddies.ConfirmAsync(buddies.User2)));
        Assert.Equal(409, (await buddies.CancelAsync(buddies.User1)).Status);
        Assert.Equal(200, (await buddies.CreateAsync()).Status);
    }

    [Fact]
    public async Task Session_IsShownAsItWasScheduled()
    {
        var buddies = await Buddies.MeetAsync(Api);
        await buddies.ConfirmAsync(buddies.User2);

        Assert.Equal(
            (200, $$$"""{"id":"{{{buddies.Session}}}","match_id":"{{{buddies.Match}}}","venue_name":"Café Ω","scheduled_time":"2099-01-01T18:00:00.500000Z","status":"scheduled","notes":null,"participants":{"user1":{"id":"{{{buddies.User1}}}","name":"Unknown","challenge":{"id":"","title":"Unknown Challenge","description":"","difficulty":"unknown","points":0},"confirmed":false},"user2":{"id":"{{{buddies.User2}}}","name":"Unknown","challenge":{"id":"","title":"Unknown Challenge","description":"","difficulty":"unknown","points":0},"confirmed":true}},"reputation_preview":{"user1_delta":0,"user2_delta":0},"completed_at":null}"""),
            Seen(await buddies.GetAsync(buddies.User1)));
    }

    [Fact]
    public async Task Sessions_ConfirmedByBothAtOnce_CompleteOnceEach_AndEverythingIsThereAfterARestart()
    {
        const int Sessions = 200;
        const int AtATime = 64;
        var popular = Guid.NewGuid();
        var all = new Buddies[Sessions];
        await Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, _) => all[i] = await Buddies.MeetAsync(Api, popular));

        var answers = new Answer[2 * Sessions];
        await Parallel.ForAsync(0, 2 * Sessions, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, _) =>
            answers[i] = await all[i / 2].ConfirmAsync(i % 2 == 0 ? all[i / 2].User1 : all[i / 2].User2));

        for (var i = 0; i < Sessions; i++)
            Assert.Equal([(200, Waiting), (200, Completed)], new[] { Seen(answers[2 * i]), Seen(answers[(2 * i) + 1]) }.OrderBy(seen => seen.Body.Length));
        await AssertEverythingThereAsync(all, popular);

        await fixture.Api.RestartAsync();

        await AssertEverythingThereAsync(all, popular);
    }

    private async Task AssertEverythingThereAsync(Buddies[] all, Guid popular)
    {
        Assert.Equal(all.Length, await CompletedSessionsAsync(popular));
        var history = await HistoryAsync(popular);
        Assert.Equal(all.Select(buddies => buddies.Session).Order(), history.Order());
        foreach (var buddies in all)
        {
            Assert.Equal((200, AlreadyCompleted), Seen(await buddies.ConfirmAsync(buddies.User2)));
            Assert.Equal(1, await CompletedSessionsAsync(buddies.User2));
        }
    }

    private async Task<long> CompletedSessionsAsync(Guid user)
    {
        using var json = JsonDocument.Parse((await Api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user}", user: user)).Body);
        return json.RootElement.GetProperty("completed_sessions").GetInt64();
    }

    private async Task<List<Guid>> HistoryAsync(Guid user)
    {
        var sessions = new List<Guid>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await Api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user}/history?limit=33{cursor}", user: user);
            using var json = JsonDocument.Parse(page.Body);
            sessions.AddRange(json.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("session_id").GetGuid()));
            cursor = json.RootElement.GetProperty("next_cursor").GetString() is { } next ? $"&cursor={next}" : null;
        }

        return sessions;
    }

    private static (int Status, string Body) Seen(Answer answer) => (answer.Status, answer.Body);

    /// <summary>One service for all tests of the class.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public RunningApi Api { get; private set; } = null!;

        public async Task InitializeAsync() => Api = await RunningApi.StartAsync();

        public async Task DisposeAsync() => await Api.DisposeAsync();
    }
}
