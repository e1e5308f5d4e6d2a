using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Wingman.Calls;
using Wingman.Silo.Hosting;

namespace Wingman.Sessions;

/// <summary>Why a host opens no stream.</summary>
internal enum LiveRefusal
{
    /// <summary>The host is stopping.</summary>
    Stopping,

    /// <summary>The user has as many streams open as a user may have.</summary>
    TooManyStreamsOfUser,

    /// <summary>As many streams are open as a host may have.</summary>
    TooManyStreams,
}

/// <summary>
/// The sessions that this host shows live, and its streams. The host subscribes to a grain as one observer, however many streams
/// it has.
/// </summary>
internal sealed partial class LiveSessions : LifecycleService, ISessionObserver
{
    private readonly LiveOptions _options;
    private readonly GrainCalls _calls;
    private readonly Lazy<ISessionObserver> _self;
    private readonly Dictionary<SessionId, LiveSession> _sessions = [];
    private readonly Dictionary<UserId, int> _streamsOf = [];
    private int _streams;
    private bool _isStopping;

    /// <summary>Creates it, with nothing to show.</summary>
    public LiveSessions(
        IGrainFactory grains, GrainCalls calls, IOptions<LiveOptions> options, IMeterFactory meters, ILogger<LiveSessions> logger)
    {
        (Grains, Logger, _options, _calls) = (grains, logger, options.Value, calls);
        _self = new(() => grains.CreateObjectReference<ISessionObserver>(this));
        var meter = meters.CreateWingman();
        meter.CreateObservableUpDownCounter("wingman.live.streams", () => Count(() => _streams), "{stream}", "Open live streams.");
        meter.CreateObservableUpDownCounter("wingman.live.sessions", () => Count(() => _sessions.Count), "{session}", "Sessions shown live.");
    }

    /// <summary>Guards the streams.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The cluster.</summary>
    public IGrainFactory Grains { get; }

    /// <summary>The log.</summary>
    public ILogger Logger { get; }

    /// <summary>This host, as grains call it.</summary>
    public ISessionObserver Self => _self.Value;

    /// <summary>Cancelled when the calls that begin now are lost with a silo.</summary>
    public CancellationToken CallsOfNow => _calls.CallsOfNow;

    /// <summary>Opens a stream of a session for one of its participants.</summary>
    /// <param name="session">The session.</param>
    /// <param name="user">The participant.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <returns>The stream, to be disposed; null if it is refused.</returns>
    public LiveStream? TryOpen(SessionId session, UserId user, out LiveRefusal? refusal)
    {
        lock (Lock)
        {
            var ofUser = _streamsOf.GetValueOrDefault(user);
            refusal = FindRefusal(ofUser);
            if (refusal is not null) return null;

            _streamsOf[user] = ofUser + 1;
            _streams++;
            if (!_sessions.TryGetValue(session, out var live))
            {
                _sessions[session] = live = new(session, this);
                _ = Task.Run(live.RunAsync);
            }

            var stream = new LiveStream(user, left => Close(live, left));
            live.Join(stream);
            return stream;
        }
    }

    /// <inheritdoc/>
    public Task ChangedAsync(SessionId session)
    {
        lock (Lock)
        {
            if (_sessions.TryGetValue(session, out var live)) live.Wake();
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends a session's subscription if it has no streams, and removes the session unless a stream has joined meanwhile.</summary>
    /// <returns>Whether it is removed.</returns>
    public async Task<bool> IsOverAsync(LiveSession live, SessionId id)
    {
        lock (Lock)
        {
            if (!live.IsEmpty) return false;
        }

        try
        {
            await Grains.GetLiveSession(id).UnwatchAsync(Self).WaitAsync(CallsOfNow);
        }
        catch (Exception exception)
        {
            // The subscription expires when it is not renewed.
            LogNotEnded(Logger, exception, id);
        }

        lock (Lock) return live.IsEmpty && _sessions.Remove(id);
    }

    /// <summary>
    /// Ends the streams. Before this, the <c>StoppingAsync</c> of another service has kept the listeners open. After this they are closed,
    /// which waits for requests in progress, and so for the streams.
    /// </summary>
    public override Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (Lock)
        {
            _isStopping = true;
            foreach (var live in _sessions.Values) live.EndAll(LiveEndReason.Stopping);
        }

        return Task.CompletedTask;
    }

    private LiveRefusal? FindRefusal(int streamsOfUser)
    {
        if (_isStopping) return LiveRefusal.Stopping;
        if (streamsOfUser >= _options.MaxStreamsPerUser) return LiveRefusal.TooManyStreamsOfUser;
        return _streams >= _options.MaxStreams ? LiveRefusal.TooManyStreams : null;
    }

    private void Close(LiveSession live, LiveStream stream)
    {
        lock (Lock)
        {
            _streams--;
            if (--_streamsOf[stream.User] == 0) _streamsOf.Remove(stream.User);
            live.Leave(stream);
        }
    }

    private int Count(Func<int> count)
    {
        lock (Lock) return count();
    }

    [LoggerMessage(LogLevel.Debug, "The subscription to session {Session} could not be ended; it expires without a renewal")]
    private static partial void LogNotEnded(ILogger logger, Exception exception, SessionId session);
}
