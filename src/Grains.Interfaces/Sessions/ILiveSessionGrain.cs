using Orleans.Concurrency;

namespace Wingman.Sessions;

/// <summary>
/// A session as hosts show it live: the same grain as <see cref="ISessionGrain"/>. A host subscribes once, however many streams it has. It
/// is notified when something may have changed, and then reads the session. If a notification is lost, because the silo died or a message
/// was lost, the host detects the change when it next renews its subscription.
/// </summary>
/// <remarks>All methods may be called again, and may throw <see cref="StorageException"/>.</remarks>
[Alias("Wingman.ILiveSessionGrain")]
public interface ILiveSessionGrain : IGrainWithGuidKey
{
    /// <summary>Subscribes a host, or renews its subscription, which ends <see cref="LiveTimes.Expiry"/> after the last renewal.</summary>
    /// <param name="observer">The host.</param>
    /// <returns>The version of the session's row as this activation knows it, or null if there is no such session.</returns>
    [Alias("Watch")]
    Task<string?> WatchAsync(ISessionObserver observer);

    /// <summary>Ends a host's subscription.</summary>
    /// <param name="observer">The host.</param>
    /// <returns>When it gets no more notifications.</returns>
    [Alias("Unwatch"), AlwaysInterleave]
    Task UnwatchAsync(ISessionObserver observer);

    /// <summary>Reads the row again because another program has changed it, and notifies all subscribed hosts.</summary>
    /// <returns>When it is read.</returns>
    [Alias("Refresh")]
    Task RefreshAsync();

    /// <summary>Reads the session as it is durable now. Where it is over, both reputations are counted again at their next read.</summary>
    /// <returns>The session, or null if there is none.</returns>
    [Alias("GetNews"), AlwaysInterleave]
    Task<LiveSessionDetails?> GetDetailsAsync();

    /// <summary>The session's lines of the log that lie between two readings, oldest first; of many, the newest.</summary>
    /// <param name="after">The position of the earlier reading.</param>
    /// <param name="until">The position of the later reading.</param>
    /// <param name="limit">At most how many.</param>
    /// <returns>The lines that were visible to the later reading and not to the earlier one.</returns>
    [Alias("GetLogged"), AlwaysInterleave]
    Task<IReadOnlyList<LoggedChange>> GetLoggedAsync(LogSnapshot after, LogSnapshot until, int limit);
}

/// <summary>A host that shows sessions live.</summary>
[Alias("Wingman.ISessionObserver")]
public interface ISessionObserver : IGrainObserver
{
    /// <summary>A session may have changed. The grain does not wait for this call, and does not send it again if it is lost.</summary>
    /// <param name="session">The session.</param>
    /// <returns>When the host has recorded it.</returns>
    [Alias("Changed"), OneWay]
    Task ChangedAsync(SessionId session);
}

/// <summary>The times that hosts and grains must agree on.</summary>
public static class LiveTimes
{
    /// <summary>How often a host renews its subscription to a session, plus or minus a fifth.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    /// <summary>How long after its last renewal a subscription ends: long enough for several renewals to fail.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);
}
