using Microsoft.Extensions.Time.Testing;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>
/// A clock that stands still until the test moves it. It counts the waits that are begun, so that a test moves it only when the
/// service really waits for it.
/// </summary>
public sealed class SteppedClock() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
{
    /// <summary>How long the service waits between two fetches of the keys.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);

    private int _waits;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == BetweenFetches) Interlocked.Increment(ref _waits);
        return timer;
    }

    /// <summary>Waits until the service waits before its next fetch, advances the clock by those 30 s, and waits until it waits again.</summary>
    public async Task PassOneFetchAsync()
    {
        await WaitsAreAsync(1);
        var before = _waits;
        Advance(BetweenFetches);
        await WaitsAreAsync(before + 1);
    }

    /// <summary>Waits until the keys have been fetched and the next fetch is awaited.</summary>
    public Task FirstKeysAsync() => WaitsAreAsync(1);

    private Task WaitsAreAsync(int count) =>
        Eventually.IsTrueAsync($"the service waits for its fetch number {count + 1}", _ => Task.FromResult(_waits >= count));
}
