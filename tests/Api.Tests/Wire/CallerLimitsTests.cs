using Wingman.Api.Tests.Host;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

/// <summary>
/// A user's limits do not affect other callers. They are per minute, or have a clock that stands still, so that the speed of a test does
/// not matter.
/// </summary>
public sealed class CallerLimitsTests
{
    private readonly StubGrains _grains = new() { Confirm = (_, _) => Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed)) };
    private readonly Guid _user = Guid.NewGuid();

    [Fact]
    public async Task Requests_BeyondTheBurst_Are429_ForThatUserOnly()
    {
        await using var api = await ApiHost.StartAsync(_grains, "Development", ("Wingman:Api:RequestsPerMinute", "1"), ("Wingman:Api:Burst", "3"));

        for (var i = 0; i < 3; i++) Assert.Equal(200, (await ConfirmAsync(api, _user)).Status);
        var refused = await ConfirmAsync(api, _user);

        Assert.Equal((429, RefusalCodes.BodyOf("Too many requests of this caller; nothing was done, try again later")), (refused.Status, refused.Body));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(3, _grains.Calls);
        Assert.Equal(200, (await ConfirmAsync(api, Guid.NewGuid())).Status);
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{_user}", role: "service_role")).Status);
        Assert.Equal(401, (await api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{_user}")).Status);
    }

    [Theory]
    [InlineData(GetSessionOutcome.NotFound, 404)]
    [InlineData(GetSessionOutcome.NotParticipant, 403)]
    public async Task Misses_BeyondTheLimit_Are429_WhileHitsCostNothing(GetSessionOutcome outcome, int status)
    {
        _grains.Get = (_, _) => Task.FromResult(new GetSessionResult(outcome));
        var clock = new SteppedClock();
        await using var api = await ApiHost.StartAsync(_grains, clock, "Development", ("Wingman:Api:MissesPerMinute", "2"));

        for (var i = 0; i < 10; i++) Assert.Equal(200, (await ConfirmAsync(api, _user)).Status);
        for (var i = 0; i < 2; i++) Assert.Equal(status, (await GetAsync(api, _user)).Status);
        await WaitIsAsync(api, 30);
        Assert.Equal(429, (await GetAsync(api, _user)).Status);
        // A fraction of a miss allows nothing.
        clock.Advance(TimeSpan.FromSeconds(29.9));
        var refused = await GetAsync(api, _user);
        Assert.Equal((429, TimeSpan.FromSeconds(1)), (refused.Status, refused.Headers.RetryAfter!.Delta));
        Assert.Equal(status, (await GetAsync(api, Guid.NewGuid())).Status);

        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(status, (await GetAsync(api, _user)).Status);
        await WaitIsAsync(api, 30);
    }

    [Fact]
    public async Task Misses_OfRequestsAtTheSameTime_AllCount()
    {
        var answer = new TaskCompletionSource<GetSessionResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _grains.Get = (_, _) => answer.Task;
        var clock = new SteppedClock();
        await using var api = await ApiHost.StartAsync(_grains, clock, "Development", ("Wingman:Api:MissesPerMinute", "60"));

        var misses = Enumerable.Range(0, 100).Select(_ => GetAsync(api, _user)).ToList();
        await Eventually.IsTrueAsync("all are in progress", _ => Task.FromResult(_grains.Calls == 100));
        answer.SetResult(new(GetSessionOutcome.NotFound));
        Assert.All(await Task.WhenAll(misses), static miss => Assert.Equal(404, miss.Status));

        // They have used up this minute's 60, and 40 of the next one's.
        await WaitIsAsync(api, 41);
        clock.Advance(TimeSpan.FromSeconds(1.1));
        await WaitIsAsync(api, 40);
        Assert.Equal(429, (await GetAsync(api, _user)).Status);
        clock.Advance(TimeSpan.FromSeconds(39.9));
        Assert.Equal(404, (await GetAsync(api, _user)).Status);
        await WaitIsAsync(api, 1);
    }

    // A miss is counted while its answer is on its way. A hit costs nothing.
    private Task<TimeSpan?> WaitIsAsync(ApiHost api, int seconds) => Eventually.BecomesAsync(
        $"the user is asked to wait for {seconds} s",
        async _ => await ConfirmAsync(api, _user) is { Status: 429 } refused ? refused.Headers.RetryAfter?.Delta : null,
        wait => wait == TimeSpan.FromSeconds(seconds));

    private static Task<Answer> ConfirmAsync(ApiHost api, Guid user) =>
        api.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", $$"""{"session_id":"{{Guid.NewGuid()}}"}""", user);

    private static Task<Answer> GetAsync(ApiHost api, Guid user) => api.SendAsync(HttpMethod.Get, $"/api/session/{Guid.NewGuid()}", user: user);
}
