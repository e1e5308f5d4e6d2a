using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wingman.Sessions;

/// <summary>One open stream of one client.</summary>
/// <param name="user">Whose it is.</param>
/// <param name="onDispose">Called once, when it is over.</param>
internal sealed class LiveStream(UserId user, Action<LiveStream> onDispose) : IDisposable
{
    // Each change has the whole session. So for a client that reads slowly the oldest change is dropped, and no sender has to wait.
    private const int Capacity = 8;

    private readonly Channel<LiveNews> _events = Channel.CreateBounded<LiveNews>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private int _isDisposed;

    /// <summary>Whose it is.</summary>
    public UserId User => user;

    /// <summary>Adds an event.</summary>
    public void Send(LiveNews next) => _events.Writer.TryWrite(next);

    /// <summary>Adds the last event.</summary>
    public void End(LiveNews last)
    {
        _events.Writer.TryWrite(last);
        _events.Writer.TryComplete();
    }

    /// <summary>The first event: the state, or why the stream ends.</summary>
    /// <param name="within">How long to wait.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Cancelled when the client has disconnected.</param>
    /// <exception cref="TimeoutException">The session could not be read in time.</exception>
    public Task<LiveNews> FirstAsync(TimeSpan within, TimeProvider clock, CancellationToken cancellation) =>
        _events.Reader.ReadAsync(cancellation).AsTask().WaitAsync(within, clock, cancellation);

    /// <summary>The given events, and then all events after the first one, with heartbeats, until the stream ends.</summary>
    /// <param name="first">The events to begin with.</param>
    /// <param name="heartbeat">The time between heartbeats.</param>
    /// <param name="expiry">When the caller's token expires; null for never.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Cancelled when the client has disconnected.</param>
    public async IAsyncEnumerable<LiveNews> ReadAsync(
        IReadOnlyList<LiveNews> first, TimeSpan heartbeat, DateTimeOffset? expiry, TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var one in first) yield return one;

        using var timer = new PeriodicTimer(heartbeat, clock);
        var tick = timer.WaitForNextTickAsync(cancellation).AsTask();
        var more = _events.Reader.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            await Task.WhenAny(tick, more);
            if (cancellation.IsCancellationRequested) yield break;

            if (more.IsCompleted)
            {
                if (!await more) yield break;
                while (_events.Reader.TryRead(out var next)) yield return next;
                more = _events.Reader.WaitToReadAsync(cancellation).AsTask();
            }

            if (!tick.IsCompleted) continue;
            if (clock.GetUtcNow() >= expiry)
            {
                yield return new LiveEnd(LiveEndReason.TokenExpired);
                yield break;
            }

            yield return new LiveHeartbeat(clock.GetUtcNow());
            tick = timer.WaitForNextTickAsync(cancellation).AsTask();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) onDispose(this);
    }
}
