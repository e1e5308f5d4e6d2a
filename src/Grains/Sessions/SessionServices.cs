using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wingman.Events;
using Wingman.Reputation;
using Wingman.State;

namespace Wingman.Sessions;

/// <summary>What all sessions' grains share. A grain refers to it with one field, instead of one field for each service.</summary>
internal sealed partial class SessionServices(
    IGrainFactory grains,
    ActiveReputations reputations,
    ISessionTable table,
    IEventLog log,
    WatchedSessions watched,
    CompletionTimes completionTimes,
    TimeProvider clock,
    IOptions<SessionsOptions> options,
    SessionMetrics metrics,
    ILogger<SessionGrain> logger)
{
    public ISessionTable Table => table;

    public WatchedSessions Watched => watched;

    public CompletionTimes CompletionTimes => completionTimes;

    public TimeProvider Clock => clock;

    public SessionsOptions Options => options.Value;

    public SessionMetrics Metrics => metrics;

    public ILogger Logger => logger;

    /// <summary>Lets the next read of a user's reputation count again.</summary>
    /// <returns>When it will.</returns>
    public Task InvalidateReputationAsync(UserId user) =>
        reputations.TryInvalidate(user) ? Task.CompletedTask : grains.GetReputation(user).InvalidateAsync();

    /// <summary>Appends to the log that another program has changed a session. The call need not be awaited, and never fails.</summary>
    /// <param name="session">The session.</param>
    /// <param name="before">Its row as it was known.</param>
    /// <param name="now">Its row as it was read; null if it was deleted.</param>
    /// <param name="read">The version of the row that was read.</param>
    public async Task ObserveAsync(SessionId session, SessionState before, SessionState? now, RowVersion? read)
    {
        var isForeign = true;
        try
        {
            isForeign = await log.AppendForeignChangeAsync(
                session, new(EventKind.Observed, clock.GetUtcNow().ToStorable()), Describe(before, now), read);
        }
        catch (Exception exception)
        {
            // Nothing depends on this entry: the state is in the row.
            LogNotAppended(exception, session);
        }

        if (isForeign) metrics.ChangedElsewhere();
    }

    private static string Describe(SessionState before, SessionState? now)
    {
        if (now is null) return "deleted";

        List<string> changes = [];
        Compare("status", before.Status, now.Status);
        Compare("user1 confirmed", before.User1Confirmed, now.User1Confirmed);
        Compare("user2 confirmed", before.User2Confirmed, now.User2Confirmed);
        Compare("scheduled for", before.ScheduledAt?.ToString("u"), now.ScheduledAt?.ToString("u"));
        return changes.Count == 0 ? "other columns" : string.Join(", ", changes);

        void Compare<T>(string what, T old, T current)
        {
            if (!Equals(old, current)) changes.Add($"{what} {current?.ToString() ?? "none"} (was {old?.ToString() ?? "none"})");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A change of session {Session} by another writer was not appended to the log")]
    private partial void LogNotAppended(Exception exception, SessionId session);
}
