using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Wingman.Sessions;

/// <summary>
/// The sessions of this silo that someone watches. A grain reports its own changes by itself; changes by other writers are
/// detected here, every two seconds, with one query for all of these sessions.
/// </summary>
internal sealed partial class WatchedSessions(
    ISessionTable table, IGrainFactory grains, TimeProvider clock, IMeterFactory meters, ILogger<WatchedSessions> logger) : BackgroundService
{
    /// <summary>The time between two queries for changes by other writers: short enough to show them within five seconds.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>At most how many sessions one query asks about.</summary>
    private const int PerQuery = 2000;

    private static readonly ParallelOptions AtATime = new() { MaxDegreeOfParallelism = 16 };

    private readonly ConcurrentDictionary<SessionId, Watched> _sessions = new();

    /// <summary>Adds a session, or renews it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="version">The version of its row as its grain knows it.</param>
    public void AddOrRenew(SessionId session, string version) => _sessions[session] = new(version, clock.GetTimestamp());

    /// <summary>Sets another version of a session's row, if the session is watched here.</summary>
    public void SetVersion(SessionId session, string version)
    {
        if (_sessions.TryGetValue(session, out var watched)) _sessions.TryUpdate(session, watched with { Version = version }, watched);
    }

    /// <summary>Removes a session.</summary>
    public void Remove(SessionId session) => _sessions.TryRemove(session, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meters.CreateWingman().CreateObservableGauge(
            "wingman.live.watched", () => _sessions.Count, "{session}", "Sessions of this silo that someone watches live.");
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RefreshChangedAsync();
        }
        catch (OperationCanceledException)
        {
            // The silo stops; hosts renew their subscriptions at another silo.
        }
    }

    private async Task RefreshChangedAsync()
    {
        // A grain whose activation has ended did not remove its entry.
        foreach (var (session, watched) in _sessions)
        {
            if (clock.GetElapsedTime(watched.RenewedAt) > LiveTimes.Expiry) _sessions.TryRemove(new(session, watched));
        }

        foreach (var some in _sessions.Select(static one => KeyValuePair.Create(one.Key, one.Value.Version)).Chunk(PerQuery))
        {
            try
            {
                await Parallel.ForEachAsync(await table.FindChangedAsync(some), AtATime, async (session, _) => await RefreshAsync(session));
            }
            catch (Exception exception)
            {
                // The next round queries again. No change is lost, since the rows have it.
                LogQueryFailed(exception);
            }
        }
    }

    private async Task RefreshAsync(SessionId session)
    {
        try
        {
            await grains.GetLiveSession(session).RefreshAsync();
        }
        catch (Exception exception)
        {
            // A failure of one session must not affect the others. The next round finds this one changed again.
            LogNotRefreshed(exception, session);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The query for changes of watched sessions by other writers failed; the next round tries again")]
    private partial void LogQueryFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watched session {Session} was changed by another writer and could not be read; the next round tries again")]
    private partial void LogNotRefreshed(Exception exception, SessionId session);

    private sealed record Watched(string Version, long RenewedAt);
}
