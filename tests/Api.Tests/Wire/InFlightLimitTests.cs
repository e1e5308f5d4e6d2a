using Wingman.Api.Tests.Host;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Wire;

public sealed class InFlightLimitTests() : StubbedApi(("Wingman:Api:MaxConcurrentRequests", "2"))
{
    private readonly TaskCompletionSource<ConfirmCompletionResult> _slow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Requests_BeyondTheLimit_AreRefusedUntilOneIsDone()
    {
        Grains.Confirm = (_, _) => _slow.Task;
        var first = ConfirmAsync();
        var second = ConfirmAsync();
        await Eventually.IsTrueAsync("two requests are in progress", _ => Task.FromResult(Grains.Calls == 2));

        var refused = await ConfirmAsync();

        AssertDetail(503, "Too many requests are in progress; nothing was done, try again in a moment", refused);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, "/health/ready")).Status);

        _slow.SetResult(new(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed));
        Assert.Equal((200, 200), ((await first).Status, (await second).Status));
        Assert.Equal(200, (await ConfirmAsync()).Status);
    }

    private Task<Answer> ConfirmAsync() => Api.SendAsync(
        HttpMethod.Post, "/api/session/confirm-completion", $$"""{"session_id":"{{Guid.NewGuid()}}"}""", User);
}
