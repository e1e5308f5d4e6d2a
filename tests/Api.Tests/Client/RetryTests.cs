using Microsoft.Extensions.Time.Testing;
using Wingman.Client;

namespace Wingman.Api.Tests.Client;

public sealed class RetryTests : ClientTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Read_ThatFailedTransiently_IsRetried(int status)
    {
        Service.Answer(status).Answer(status).Answer(200, Reputation);

        var reputation = await NewClient().GetReputationAsync(Guid.NewGuid());

        Assert.Equal((5, 3), (reputation.CompletedSessions, Service.Requests.Count));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task Read_ThatFailedForGood_IsNotRetried(int status)
    {
        Service.Answer(status);

        await Assert.ThrowsAsync<WingmanException>(() => NewClient().GetReputationAsync(Guid.NewGuid()));

        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task Confirmation_IsRetriedWhole_AfterAnythingThatLeavesItOpen()
    {
        Service.Fail().BreakOff().Refuse(503, "outcome_unknown").Answer(504, "<html>").Answer(200, Confirmed);

        var answer = await NewClient().ConfirmCompletionAsync(Confirmation);

        Assert.Equal("Recorded", answer.Message);
        var request = Assert.Single(Service.Requests.Distinct());
        Assert.Equal(5, Service.Requests.Count);
        Assert.Equal(("POST", "/base/api/session/confirm-completion"), (request.Method, request.Path));
        Assert.Equal("""{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11"}""", request.Body);
    }

    [Theory]
    [InlineData(429, "rate_limited")]
    [InlineData(503, "overloaded")]
    [InlineData(503, "storage_overloaded")]
    [InlineData(503, "conflict")]
    [InlineData(503, "no_silo")]
    [InlineData(503, "no_signing_keys")]
    public async Task Creation_ThatWasRefused_IsRetried(int status, string code)
    {
        Service.Refuse(status, code).Answer(200, Created);

        await NewClient().CreateSessionAsync(Meeting);

        Assert.Equal(2, Service.Requests.Count);
    }

    [Theory]
    [InlineData(503, """{"detail":"","code":"outcome_unknown"}""")]
    [InlineData(503, """{"detail":"","code":"storage_unavailable"}""")]
    [InlineData(503, "<html>A proxy's</html>")]
    [InlineData(502, "")]
    [InlineData(504, "")]
    public async Task Creation_ThatMayHaveHappened_IsNotRetried(int status, string body)
    {
        Service.Answer(status, body, retryAfter: "1");

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => NewClient().CreateSessionAsync(Meeting));

        Assert.Equal((status, body), (refusal.Status, refusal.Body));
        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task Creation_WhoseConnectionFailed_IsNotRetried()
    {
        Service.Fail();

        await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().CreateSessionAsync(Meeting));

        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task FailureThatLasts_IsNotRetried()
    {
        Service.Fail(HttpRequestError.SecureConnectionError);

        await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().GetReputationAsync(Guid.NewGuid()));

        Assert.Single(Service.Requests);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Tue, 01 Jan 2030 12:00:07 GMT")]
    public async Task RetryAfter_IsWaitedFor(string retryAfter)
    {
        Service.Answer(503, retryAfter: retryAfter).Answer(200, Reputation);

        await NewClient().GetReputationAsync(Guid.NewGuid());

        Assert.InRange(Clock.Passed, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.2));
    }

    [Fact]
    public async Task Waits_Grow()
    {
        for (var i = 0; i < 5; i++) Service.Answer(503);
        Service.Answer(200, Reputation);

        await NewClient().GetReputationAsync(Guid.NewGuid());

        // 0.2, 0.4, 0.8, 1.6 and 3.2 s, each shortened by a random part of it, at most half.
        Assert.InRange(Clock.Passed, TimeSpan.FromSeconds(3.1), TimeSpan.FromSeconds(6.2));
    }

    [Fact]
    public async Task Deadline_EndsTheAttempts_WithTheLastAnswer()
    {
        for (var i = 0; i < 100; i++) Service.Refuse(503, "overloaded", retryAfter: "1");

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => NewClient().ConfirmCompletionAsync(Confirmation));

        Assert.Equal((503, WingmanCodes.Overloaded), (refusal.Status, refusal.Code));
        Assert.InRange(Clock.Passed, Deadline - TimeSpan.FromSeconds(6), Deadline);
        Assert.InRange(Service.Requests.Count, 5, 30);
    }

    [Fact]
    public async Task Deadline_EndsTheAttempts_WithTheLastFailure()
    {
        for (var i = 0; i < 100; i++) Service.Fail();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => NewClient().ConfirmCompletionAsync(Confirmation));

        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
        Assert.InRange(Clock.Passed, Deadline - TimeSpan.FromSeconds(6), Deadline);
    }

    [Fact]
    public async Task WaitThatWouldPassTheDeadline_IsNotBegun()
    {
        Service.Answer(429, retryAfter: "3600");

        await Assert.ThrowsAsync<WingmanException>(() => NewClient().GetReputationAsync(Guid.NewGuid()));

        Assert.Equal((TimeSpan.Zero, 1), (Clock.Passed, Service.Requests.Count));
    }

    [Fact]
    public async Task CallerWhoLeaves_EndsTheWait()
    {
        Service.Answer(503, retryAfter: "5");
        using var left = new CancellationTokenSource();
        var call = NewClient(clock: new FakeTimeProvider()).GetReputationAsync(Guid.NewGuid(), left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(Service.Requests);
    }
}
