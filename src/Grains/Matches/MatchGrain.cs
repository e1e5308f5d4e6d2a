using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Storage;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Matches;

/// <inheritdoc cref="IMatchGrain"/>
/// <remarks>Placed where it is first called from: in a process that is front door and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class MatchGrain : IGrainBase, IMatchGrain
{
    private readonly ISessionTable _sessions;
    private readonly TimeProvider _clock;
    private readonly ILogger<MatchGrain> _logger;
    private readonly DurableState<MatchState> _state;

    public MatchGrain(
        IGrainContext context,
        [FromKeyedServices(StorageNames.Provider)] IGrainStorage storage,
        ISessionTable sessions,
        TimeProvider clock,
        ILogger<MatchGrain> logger)
    {
        GrainContext = context;
        _sessions = sessions;
        _clock = clock;
        _logger = logger;
        _state = new(StorageNames.Match, this, storage, logger);
    }

    public IGrainContext GrainContext { get; }

    private MatchId Id => new(this.GetPrimaryKey());

    public async Task<RegisterMatchOutcome> RegisterAsync(RegisterMatch match)
    {
        var state = await LoadAsync();

        var (outcome, next) = MatchRules.Register(state, match);
        if (next is null) return outcome;

        await _state.WriteAsync(next);

        LogRegistered(Id, next.User1, next.User2, next.Status);
        return outcome;
    }

    public async Task<ScheduleSessionResult> ScheduleSessionAsync(ScheduleSession session)
    {
        var match = await LoadAsync();

        var now = _clock.GetStorableNow();
        if (MatchRules.Refusal(match, session, now) is { } refusal) return new(refusal, MatchStatus: match.Status);

        // The table knows of every session, also of those that other parts of the product inserted. This grain schedules
        // one at a time, and should two activations ever try at once, only one passes the version check of its write.
        if (await _sessions.HasActiveAsync(Id)) return new(ScheduleOutcome.AlreadyActive, MatchStatus: match.Status);

        var scheduled = new ScheduledSession
        {
            Id = new(Guid.CreateVersion7(now)),
            VenueName = session.VenueName,
            ScheduledAt = session.ScheduledAt.ToStorable(),
            User1ChallengeId = session.User1ChallengeId,
            User2ChallengeId = session.User2ChallengeId,
            CreatedAt = now,
        };
        await _state.WriteAsync(match with { LastScheduled = scheduled });

        LogScheduled(scheduled.Id, Id, scheduled.ScheduledAt);
        return new(ScheduleOutcome.Scheduled, scheduled.Id, match.Status);
    }

    public Task<MatchSnapshot?> GetStateAsync()
    {
        var match = _state.Current;
        return Task.FromResult(match.IsKnown
            ? new MatchSnapshot(Id, match.User1, match.User2, match.Status, match.LastScheduled?.Id)
            : null);
    }

    private async ValueTask<MatchState> LoadAsync()
    {
        // Until our first write the row is the product's, which may accept or decline the match: look each time.
        if (!_state.IsLoaded || !_state.IsStored) await _state.ReadAsync();
        if (!_state.Current.IsKnown) this.DeactivateOnIdle();
        return _state.Current;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Match {Match} of {User1} and {User2} is {Status}")]
    private partial void LogRegistered(MatchId match, UserId user1, UserId user2, MatchStatus status);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} of match {Match} scheduled for {ScheduledAt}")]
    private partial void LogScheduled(SessionId session, MatchId match, DateTimeOffset scheduledAt);
}
