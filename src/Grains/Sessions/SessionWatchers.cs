using Orleans.Utilities;

namespace Wingman.Sessions;

/// <summary>The hosts that watch one session, each for as long as it renews its subscription.</summary>
/// <param name="session">The session.</param>
/// <param name="services">What all sessions' grains share.</param>
internal sealed class SessionWatchers(SessionId session, SessionServices services)
{
    private readonly ObserverManager<ISessionObserver> _observers = new(LiveTimes.Expiry, services.Logger);

    /// <summary>Adds a host, or renews it.</summary>
    /// <param name="observer">The host.</param>
    /// <param name="version">The version of the row as the grain knows it.</param>
    public void Add(ISessionObserver observer, string version)
    {
        _observers.Subscribe(observer, observer);
        _observers.ClearExpired();
        services.Watched.AddOrRenew(session, version);
    }

    /// <summary>Removes a host.</summary>
    /// <returns>How many are left.</returns>
    public int Remove(ISessionObserver observer)
    {
        _observers.Unsubscribe(observer);
        if (_observers.Count == 0) services.Watched.Remove(session);
        return _observers.Count;
    }

    /// <summary>Notifies them that the row has another version.</summary>
    /// <param name="version">The version; null if the row is gone or could not be read.</param>
    public void Notify(string? version)
    {
        if (version is not null) services.Watched.SetVersion(session, version);
        // The notification is not awaited: if it is lost, the host's next renewal detects the change.
        _observers.Notify(observer => observer.ChangedAsync(session)).Ignore();
    }
}
