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
    // Short as long as it takes until another silo has taken over from one that died. In a longer outage, thousands of sessions that are read
    // every second would be a load on those who have to recover.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseOfATakeOver = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private const int FailuresOfATakeOver = 10;

    /// <summary>How long the first event of a session waits for the reputations, whose grains may have to be activated.</summary>
    private static readonly TimeSpan FirstReputationTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a change waits for them: it has to be shown within a second. A stream that joins a session that is shown already waits no
    /// longer either, because a change that comes meanwhile would wait behind it.
    /// </summary>
    internal static readonly TimeSpan ReputationTime = TimeSpan.FromMilliseconds(700);

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
    public void EndAll(LiveEndReason reason)
    {
        foreach (var stream in _shown.Concat(_joining)) stream.End(new LiveEnd(reason));
    }

    /// <summary>Reads the session soon. Under the host's lock.</summary>
    public void Wake() => _woken.TrySetResult();

    /// <summary>How long to wait for the next read, before chance makes it longer or shorter.</summary>
    /// <param name="failures">How many reads have failed since the last one that succeeded.</param>
    internal static TimeSpan PauseAfter(int failures)
    {
        if (failures == 0) return LiveTimes.Renewal;
        if (failures == 1) return FirstPause;
        var pause = PauseOfATakeOver * Math.Pow(2, Math.Clamp(failures - FailuresOfATakeOver, 0, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>Shows the session until it has no streams.</summary>
    public async Task RunAsync()
    {
        LiveSessionDetails? known = null;
        var failures = 0;
        while (true)
        {
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
                failures = 0;
            }
            catch (Exception exception)
            {
                // The silo has failed, or the database does not answer: the streams stay open, and the next read shows what they missed.
                LogFailure(host.Logger, exception, id);
                if (failures++ == 0) LogNotRead(host.Logger, id, exception.Message);
            }

            if (await host.IsOverAsync(this, id)) return;
            var pause = PauseAfter(failures) * (0.8 + (0.4 * Random.Shared.NextDouble()));
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
                foreach (var stream in joining.Concat(_shown)) stream.End(new LiveEnd(LiveEndReason.Deleted));
            }

            return null;
        }

        Show(known, current, joining, await ReadReputationsAsync(current.Session.Snapshot, known is null ? FirstReputationTime : ReputationTime));
        _watchedVersion = version;
        return current;
    }

    private void Show(LiveSessionDetails? known, LiveSessionDetails current, LiveStream[] joining, LiveCounts? reputations)
    {
        lock (host.Lock)
        {
            // Another version alone says only that something was written, or that the database has failed over.
            if (known is not null && known.Version != current.Version && known.Session != current.Session)
            {
                var change = new LiveChange(known, current, reputations);
                foreach (var stream in _shown) stream.Send(change);
            }

            // A stream that has left meanwhile is no longer in the list.
            foreach (var stream in joining.Where(_joining.Remove))
            {
                stream.Send(new LiveState(current, reputations));
                _shown.Add(stream);
            }
        }
    }

    private async Task<LiveCounts?> ReadReputationsAsync(SessionSnapshot session, TimeSpan within)
    {
        try
        {
            var first = host.Grains.GetReputation(session.User1).GetAsync();
            var second = host.Grains.GetReputation(session.User2).GetAsync();
            await Task.WhenAll(first, second).WaitAsync(within);
            return new(await first, await second);
        }
        catch (Exception exception)
        {
            // The change is shown without the reputations.
            LogNoReputations(host.Logger, exception, id);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "Session {Session} could not be read for its live streams; the read is retried until it succeeds: {Reason}")]
    private static partial void LogNotRead(ILogger logger, SessionId session, string reason);

    [LoggerMessage(LogLevel.Debug, "A read of session {Session} for its live streams failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, SessionId session);

    [LoggerMessage(LogLevel.Information, "The reputations of session {Session} could not be read for its live streams; they are left out")]
    private static partial void LogNoReputations(ILogger logger, Exception exception, SessionId session);
}
