using Wingman.Reputation;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>Announcements take turns. One that has given up waiting is not counted as waiting.</summary>
public sealed class AnnouncementThrottleTests
{
    [Fact]
    public async Task IsBusy_WhileAHundredWait_AndNoLongerOnceTheyHaveGivenUp()
    {
        using var throttle = new AnnouncementThrottle();
        using var giveUp = new CancellationTokenSource();
        var turn = await throttle.WaitAsync(CancellationToken.None);
        Task<IDisposable>[] waiting = [.. Enumerable.Range(0, 99).Select(_ => throttle.WaitAsync(giveUp.Token))];
        Assert.False(throttle.IsBusy);
        var patient = throttle.WaitAsync(CancellationToken.None);
        Assert.True(throttle.IsBusy);

        await giveUp.CancelAsync();
        foreach (var one in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);

        Assert.False(throttle.IsBusy);
        turn.Dispose();
        (await patient.WaitAsync(Eventually.Deadline)).Dispose();
    }
}
