namespace Wingman.Sessions;

/// <summary>The part of a session's grain that serves live streams. Subscriptions of hosts are kept in memory only; the hosts renew them.</summary>
internal sealed partial class SessionGrain : ILiveSessionGrain
{
    private SessionWatchers? _watchers;

    public async Task<string?> WatchAsync(ISessionObserver observer)
    {
        if (Version is null) await ReadAsync();
        if (Version is not { } version) return null;

        (_watchers ??= new(Id, services)).Add(observer, version);
        return version;
    }

    public Task UnwatchAsync(ISessionObserver observer)
    {
        if (_watchers?.Remove(observer) is 0) _watchers = null;
        return Task.CompletedTask;
    }

    public async Task RefreshAsync()
    {
        // An activation that has not read the row has no watchers.
        if (Version is not null) await ReadAsync();
    }

    public async Task<LiveSessionDetails?> GetDetailsAsync()
    {
        var details = await services.Table.FindLiveDetailsAsync(Id);
        if (details is null) DeactivateMissing();
        // After the end of a session both reputations are read next. They may not have been invalidated yet.
        if (details?.Session.Snapshot is { Status: SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow } over)
            await NotifyReputationsAsync(over.User1, over.User2);
        return details;
    }

    public Task<IReadOnlyList<LoggedChange>> GetLoggedAsync(LogSnapshot after, LogSnapshot until, int limit) =>
        services.Table.ReadLogAsync(Id, after, until, limit);

    protected override void OnVersionChanged() => _watchers?.Notify(Version);
}
