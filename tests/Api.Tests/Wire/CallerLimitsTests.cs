using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Wire;

/// <summary>A user's limits do not affect other callers. They are per minute, so that the speed of a test does not matter.</summary>
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
        await using var api = await ApiHost.StartAsync(_grains, "Development", ("Wingman:Api:MissesPerMinute", "2"));

        for (var i = 0; i < 10; i++) Assert.Equal(200, (await ConfirmAsync(api, _user)).Status);
        for (var i = 0; i < 2; i++) Assert.Equal(status, (await GetAsync(api, _user)).Status);
        var refused = await GetAsync(api, _user);
        Assert.Equal((429, TimeSpan.FromSeconds(30)), (refused.Status, refused.Headers.RetryAfter!.Delta));
        // The limiter adds fractions of a token ten times a second: a fraction allows nothing.
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150));
            Assert.Equal(429, (await GetAsync(api, _user)).Status);
        }

        Assert.Equal(429, (await ConfirmAsync(api, _user)).Status);
        Assert.Equal(status, (await GetAsync(api, Guid.NewGuid())).Status);
    }

    private static Task<Answer> ConfirmAsync(ApiHost api, Guid user) =>
        api.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", $$"""{"session_id":"{{Guid.NewGuid()}}"}""", user);

    private static Task<Answer> GetAsync(ApiHost api, Guid user) => api.SendAsync(HttpMethod.Get, $"/api/session/{Guid.NewGuid()}", user: user);
}
