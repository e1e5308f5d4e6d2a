using Wingman.Reputation;

namespace Wingman.Sessions;

/// <summary>
/// One session that this host shows to one or more streams. One loop reads it when its grain reports a change, when a renewal of the
/// subscription finds one, and when a stream joins. So all streams show the same changes in the same order, and each stream begins with
/// the state that was read after it joined.
/// </summary>
/// <param name="id">The session.</param>
/// <param name="host">Whose streams they are; its lock guards them.</param>
internal sealed partial class LiveSession(SessionId id, LiveSessions host)
{
    /// <summary>How long to wait before a failed call is retried.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an event waits for the reputations.</summary>
    private static readonly TimeSpan ReputationTime = TimeSpan.FromSeconds(2);

    private readonly List<LiveStream> _joining = [];
    private readonly List<LiveStream> _shown = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The subscription's version at the last read, and not that of what was read: after the database has failed over, the grain and the
    // silo that read for it may show the same row by different versions.
    private string? _watchedVersion;

    /// <summary>Whether it has no streams. Under the host's lock.</summary>
    public bool IsEmpty => _joining.Count == 0 && _shown.Count == 0;

    /// <summary>Adds a stream. Under the host's lock.</summary>
    public void Join(LiveStream stream)
    {
        _joining.Add(stream);
        Wake();
    }

    /// <summary>Removes a stream. Under the host's lock.</summary>
    public void Leave(LiveStream stream)
    {
        if (!_shown.Remove(stream)) _joining.Remove(stream);
        if (IsEmpty) Wake();
    }

    /// <summary>Ends all streams. Under the host's lock.</summary>
    public void EndAll(ClosingReason reason)
    {
        foreach (var stream in _shown.Concat(_joining)) stream.End(LiveEvents.ClosingFor(reason));
    }

    /// <summary>Reads the session soon. Under the host's lock.</summary>
    public void Wake() => _woken.TrySetResult();

    /// <summary>Shows the session until it has no streams.</summary>
    public async Task RunAsync()
    {
        LiveSessionDetails? known = null;
        while (true)
        {
            var isFailed = false;
            Task woken;
            LiveStream[] joining;
            lock (host.Lock)
            {
                // From here on, every change and every stream that joins wakes the loop again.
                _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
                (woken, joining) = (_woken.Task, [.. _joining]);
            }

            try
            {
                known = await ReadAndShowAsync(known, joining);
            }
            catch (Exception exception)
            {
                // The silo has failed, or the database does not answer: the streams stay open, and the next read shows what they missed.
                LogNotRead(host.Logger, exception, id);
                isFailed = true;
            }

            if (await host.IsOverAsync(this, id)) return;
            var pause = (isFailed ? Pause : LiveTimes.Renewal) * (0.8 + (0.4 * Random.Shared.NextDouble()));
            await woken.WaitAsync(pause).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<LiveSessionDetails?> ReadAndShowAsync(LiveSessionDetails? known, LiveStream[] joining)
    {
        var grain = host.Grains.GetLiveSession(id);
        var lost = host.CallsOfNow;
        var version = await grain.WatchAsync(host.Self).WaitAsync(lost);
        if (joining.Length == 0 && (known is null || version == _watchedVersion)) return known;

        // The subscription comes before the read, so that a change after the read is notified.
        var current = version is null ? null : await grain.GetDetailsAsync().WaitAsync(lost);
        if (current is null)
        {
            lock (host.Lock)
            {
                foreach (var stream in joining.Concat(_shown)) stream.End(LiveEvents.OfDeletion());
            }

            return null;
        }

        Show(known, current, joining, await ReadReputationsAsync(current.Session.Snapshot));
        _watchedVersion = version;
        return current;
    }

    private void Show(LiveSessionDetails? known, LiveSessionDetails current, LiveStream[] joining, LiveReputations? reputations)
    {
        lock (host.Lock)
        {
            // Another version alone says only that something was written, or that the database has failed over.
            if (known is not null && known.Version != current.Version && known.Session != current.Session)
            {
                var change = LiveEvents.ChangeOf(known, current, reputations);
                foreach (var stream in _shown) stream.Send(change);
            }

            // A stream that has left meanwhile is no longer in the list.
            foreach (var stream in joining.Where(_joining.Remove))
            {
                stream.Send(LiveEvents.StateOf(current, reputations));
                _shown.Add(stream);
            }
        }
    }

    private async Task<LiveReputations?> ReadReputationsAsync(SessionSnapshot session)
    {
        try
        {
            var first = host.Grains.GetReputation(session.User1).GetAsync();
            var second = host.Grains.GetReputation(session.User2).GetAsync();
            await Task.WhenAll(first, second).WaitAsync(ReputationTime);
            return new(ReputationView.Of(await first), ReputationView.Of(await second));
        }
        catch (Exception exception)
        {
            // The change is shown without the reputations.
            LogNoReputations(host.Logger, exception, id);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "Session {Session} could not be read for its live streams; the read is retried")]
    private static partial void LogNotRead(ILogger logger, Exception exception, SessionId session);

    [LoggerMessage(LogLevel.Information, "The reputations of session {Session} could not be read for its live streams; they are left out")]
    private static partial void LogNoReputations(ILogger logger, Exception exception, SessionId session);
}
