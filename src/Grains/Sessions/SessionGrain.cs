using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Storage;
using Wingman.State;
using Wingman.Sweeping;

namespace Wingman.Sessions;

/// <inheritdoc cref="ISessionGrain"/>
/// <remarks>Placed where it is first called from: in a process that is front door and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class SessionGrain : IGrainBase, ISessionGrain
{
    /// <summary>
    /// How long a state that was only adopted from its row is acted on without another look. Until our first write the row
    /// is the product's, and its other parts may change it.
    /// </summary>
    private static readonly TimeSpan AdoptedStateMaxAge = TimeSpan.FromSeconds(5);

    private readonly IGrainFactory _grains;
    private readonly ISessionTable _sessions;
    private readonly TimeProvider _clock;
    private readonly NoShowOptions _noShow;
    private readonly ILogger<SessionGrain> _logger;
    private readonly DurableState<SessionState> _state;
    private long _readAt;

    public SessionGrain(
        IGrainContext context,
        [FromKeyedServices(StorageNames.Provider)] IGrainStorage storage,
        IGrainFactory grains,
        ISessionTable sessions,
        TimeProvider clock,
        IOptions<NoShowOptions> noShow,
        ILogger<SessionGrain> logger)
    {
        GrainContext = context;
        _grains = grains;
        _sessions = sessions;
        _clock = clock;
        _noShow = noShow.Value;
        _logger = logger;
        _state = new(StorageNames.Session, this, storage, logger);
    }

    public IGrainContext GrainContext { get; }

    private SessionId Id => new(this.GetPrimaryKey());

    public async Task<ConfirmCompletionResult> ConfirmCompletionAsync(UserId participant)
    {
        var session = await LoadAsync();

        var decision = SessionRules.Confirm(session, participant, _clock.GetStorableNow());
        if (decision is { Outcome: ConfirmOutcome.WaitingForBuddy, Next: null })
        {
            // Nothing to write means that no version check tells a superseded activation that the buddy has long
            // confirmed elsewhere. A repeat is rare enough to look.
            session = await ReloadAsync();
            decision = SessionRules.Confirm(session, participant, _clock.GetStorableNow());
        }

        session = await StoreAsync(decision.Next) ?? session;

        SessionMetrics.Confirmed(decision.Outcome);
        if (decision.Outcome == ConfirmOutcome.Completed) await CompletedAsync(session);

        return new(decision.Outcome, session.Status);
    }

    public async Task<CancelSessionResult> CancelAsync(UserId participant)
    {
        var session = await LoadAsync();

        var decision = SessionRules.Cancel(session, participant, _clock.GetStorableNow());

        session = await StoreAsync(decision.Next) ?? session;

        if (decision.Outcome == CancelOutcome.Cancelled) LogCancelled(Id, participant);
        if (decision.Next is { Status: SessionStatus.Completed }) await CompletedAsync(session);
        return new(decision.Outcome, session.Status);
    }

    public async Task<GetSessionResult> GetAsync(UserId participant)
    {
        // Read from the row, which equals the state at every commit: a superseded activation cannot show an old one.
        var details = await _sessions.FindAsync(Id);
        if (details is null)
        {
            this.DeactivateOnIdle();
            return new(GetSessionOutcome.NotFound);
        }

        var snapshot = details.Snapshot;
        return participant == snapshot.User1 || participant == snapshot.User2
            ? new(GetSessionOutcome.Found, details)
            : new(GetSessionOutcome.NotParticipant);
    }

    public async Task<ExpireOutcome> ExpireAsync()
    {
        var session = await LoadAsync();

        var decision = SessionRules.Expire(session, _noShow.GracePeriod, _clock.GetStorableNow());

        session = await StoreAsync(decision.Next) ?? session;

        if (decision.Next is not null)
        {
            LogExpired(Id, session.Status, session.User1, session.User1Confirmed, session.User2, session.User2Confirmed);
            await TellReputationsAsync(session);
        }

        return decision.Outcome;
    }

    public Task<SessionSnapshot?> GetStateAsync()
    {
        var session = _state.Current;
        return Task.FromResult(session.IsKnown
            ? new SessionSnapshot(
                Id, session.Match, session.User1, session.User2, session.Status, session.User1Confirmed, session.User2Confirmed,
                session.ScheduledAt, session.CompletedAt)
            : null);
    }

    private async ValueTask<SessionState> LoadAsync()
    {
        if (!_state.IsLoaded || (!_state.IsStored && _clock.GetElapsedTime(_readAt) > AdoptedStateMaxAge)) await ReloadAsync();

        // An unknown id keeps no activation, and a row that appears later is found.
        if (!_state.Current.IsKnown) this.DeactivateOnIdle();
        return _state.Current;
    }

    private async Task<SessionState> ReloadAsync()
    {
        await _state.ReadAsync();
        _readAt = _clock.GetTimestamp();
        return _state.Current;
    }

    private async ValueTask<SessionState?> StoreAsync(SessionState? next)
    {
        if (next is not null) await _state.WriteAsync(next);
        return next;
    }

    private Task CompletedAsync(SessionState session)
    {
        LogCompleted(Id, session.User1, session.User2);
        return TellReputationsAsync(session);
    }

    private async Task TellReputationsAsync(SessionState session)
    {
        try
        {
            var first = TellAsync(session, session.User1);
            var second = TellAsync(session, session.User2);
            await Task.WhenAll(first, second);
        }
        catch (Exception exception)
        {
            // The credits are durable; a reputation that was not told finds them with its next look, seconds later.
            LogReputationNotTold(exception, Id);
        }
    }

    private Task TellAsync(SessionState session, UserId user) =>
        SessionRules.CreditOf(session, user) is null ? Task.CompletedTask : _grains.GetReputation(user).CreditedAsync();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Session {Session} completed by {User1} and {User2}")]
    private partial void LogCompleted(SessionId session, UserId user1, UserId user2);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} cancelled by {User}")]
    private partial void LogCancelled(SessionId session, UserId user);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Session {Session} expired as {Status}: {User1} confirmed {User1Confirmed}, {User2} confirmed {User2Confirmed}")]
    private partial void LogExpired(SessionId session, SessionStatus status, UserId user1, bool user1Confirmed, UserId user2, bool user2Confirmed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reputation could not be told of the credits of session {Session}; it will find them")]
    private partial void LogReputationNotTold(Exception exception, SessionId session);
}
