using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

public sealed class InFlightLimitTests()
    : StubbedApi(("Wingman:Api:MaxConcurrentRequests", "2"), ("Wingman:Api:CorsOrigins:0", Origin))
{
    private const string Origin = "https://app.example.com";

    private readonly TaskCompletionSource<ConfirmCompletionResult> _slow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Requests_BeyondTheLimit_AreRefusedUntilOneIsDone()
    {
        var (first, second) = await FillAsync();

        var refused = await ConfirmAsync();

        AssertDetail(503, "Too many requests are in progress; nothing was done, try again in a moment", refused);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, "/health/ready")).Status);

        _slow.SetResult(new(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed));
        Assert.Equal((200, 200), ((await first).Status, (await second).Status));
        Assert.Equal(200, (await ConfirmAsync()).Status);
    }

    [Fact]
    public async Task Refusals_AreSentInTheirTurn()
    {
        var time = new FakeTimeProvider();
        Grains.Confirm = (_, _) => _slow.Task;
        (string, string)[] settings = [("Wingman:Api:MaxConcurrentRequests", "1"), ("Wingman:Api:RefusalsPerSecond", "1")];
        await using var api = await ApiHost.StartAsync(Grains, time, "Development", settings);
        var admitted = ConfirmAsync(api);
        await Eventually.IsTrueAsync("a request is in progress", _ => Task.FromResult(Grains.Calls == 1));

        Assert.Equal(503, (await ConfirmAsync(api)).Status);
        var answers = Task.WhenAll(ConfirmAsync(api), api.SendAsync(HttpMethod.Get, $"/api/session/{Guid.NewGuid()}/events", user: User));
        await Eventually.IsTrueAsync("they are sent when it is their turn", _ =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(answers.IsCompletedSuccessfully);
        });

        Assert.Equal([503, 503], (await answers).Select(static answer => answer.Status));
        Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromSeconds(2), "a refusal was sent before its turn");
        await LetGoAsync(admitted);
    }

    [Fact]
    public async Task Refusal_HasTheHeadersOfEveryAnswer_AndKeepsTheConnection()
    {
        var (first, second) = await FillAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session/confirm-completion") { Content = new StringContent("no JSON") };
        request.Headers.Add("Origin", Origin);

        var refused = await Api.SendAsync(request);

        Assert.Equal(503, refused.Status);
        Assert.Equal("nosniff", Assert.Single(refused.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(refused.Headers.CacheControl?.NoStore);
        Assert.Equal(Origin, Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("Retry-After", Assert.Single(refused.Headers.GetValues("Access-Control-Expose-Headers")));
        Assert.False(refused.Headers.ConnectionClose ?? false);
        await LetGoAsync(first, second);
    }

    // Neither may cost anything before the request is refused.
    [Theory]
    [InlineData("Bearer no.valid.token")]
    [InlineData(null)]
    public async Task Refusal_ComesBeforeSignIn_AndBeforeTheBody(string? authorization)
    {
        var (first, second) = await FillAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session/confirm-completion") { Content = new StringContent("no JSON") };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);

        var refused = await Api.SendAsync(request);

        Assert.Equal(503, refused.Status);
        await LetGoAsync(first, second);
    }

    [Fact]
    public async Task OpeningOfAStream_BeyondTheLimit_IsRefused()
    {
        var (first, second) = await FillAsync();

        var refused = await WatchAsync();

        AssertDetail(503, "Too many requests are in progress; nothing was done, try again in a moment", refused);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(2, Grains.Calls);
        await LetGoAsync(first, second);
    }

    // LiveTests shows that a stream that is open does not count.
    [Fact]
    public async Task OpeningOfAStream_CountsUntilItIsAnswered()
    {
        var opening = new TaskCompletionSource<GetSessionResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Grains.Get = (_, _) => opening.Task;
        var (first, second) = (WatchAsync(), WatchAsync());
        await Eventually.IsTrueAsync("two streams are being opened", _ => Task.FromResult(Grains.Calls == 2));

        Assert.Equal(503, (await ConfirmAsync()).Status);

        opening.SetResult(new(GetSessionOutcome.NotFound));
        Assert.Equal((404, 404), ((await first).Status, (await second).Status));
        Assert.Equal(404, (await ConfirmAsync()).Status);
    }

    [Fact]
    public async Task OpeningOfAStream_WhoseClientHangsUp_CountsNoLonger()
    {
        var grains = new StubGrains { Get = static (_, _) => Task.FromResult(new GetSessionResult(GetSessionOutcome.Found)) };
        // With this clock, the time that an opening may take never ends.
        (string, string)[] settings = [("Wingman:Api:MaxConcurrentRequests", "1"), ("Wingman:Api:RefusalsPerSecond", "1000000")];
        await using var api = await ApiHost.StartAsync(grains, new FakeTimeProvider(), "Development", settings);
        using var left = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/session/{Guid.NewGuid()}/events");
        request.Headers.Add(TestHeaderHandler.UserHeader, User.ToString());
        var opening = api.Client.SendAsync(request, left.Token);
        await Eventually.IsTrueAsync("the stream is being opened", _ => Task.FromResult(grains.Calls == 1));

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await Eventually.BecomesAsync(
            "another request is let in",
            async _ => (await api.SendAsync(HttpMethod.Get, $"/api/user/reputation/{User}", user: User)).Status,
            static status => status == 200);
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    public async Task Description_AndItsPage_AreRefusedBeyondTheLimit(string path)
    {
        var (first, second) = await FillAsync();

        Assert.Equal(503, (await Api.SendAsync(HttpMethod.Get, path)).Status);

        await LetGoAsync(first, second);
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Fact]
    public async Task Refusals_AreCounted_EachOnce()
    {
        var meters = Api.Services.GetRequiredService<IMeterFactory>();
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, reader) =>
            {
                if (instrument.Name == "wingman.api.requests.refused" && instrument.Meter.Scope == meters) reader.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        listener.Start();
        var (first, second) = await FillAsync();

        for (var i = 0; i < 3; i++) await ConfirmAsync();
        await WatchAsync();

        Assert.Equal(4, counted);
        await LetGoAsync(first, second);
    }

    /// <summary>Starts as many requests as there may be, which last until they are let go.</summary>
    private async Task<(Task<Answer> First, Task<Answer> Second)> FillAsync()
    {
        Grains.Confirm = (_, _) => _slow.Task;
        var (first, second) = (ConfirmAsync(), ConfirmAsync());
        await Eventually.IsTrueAsync("two requests are in progress", _ => Task.FromResult(Grains.Calls == 2));
        return (first, second);
    }

    private async Task LetGoAsync(params Task<Answer>[] requests)
    {
        _slow.SetResult(new(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed));
        await Task.WhenAll(requests);
    }

    private Task<Answer> WatchAsync() => GetAsync($"/api/session/{Guid.NewGuid()}/events");

    private Task<Answer> ConfirmAsync() => ConfirmAsync(Api);

    private Task<Answer> ConfirmAsync(ApiHost api) => api.SendAsync(
        HttpMethod.Post, "/api/session/confirm-completion", $$"""{"session_id":"{{Guid.NewGuid()}}"}""", User);
}
