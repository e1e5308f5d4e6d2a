using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Wingman.State;

namespace Wingman.Matches;

/// <inheritdoc cref="IMatchGrain"/>
/// <remarks>Placed where it is first called from: in a process that is API and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class MatchGrain(
    IGrainContext context,
    [PersistentState(StorageNames.Match, StorageNames.Rows)] IPersistentState<MatchState> row,
    IChallengeTable challenges,
    TimeProvider clock,
    ILogger<MatchGrain> logger) : RowGrain<MatchState>(context, row, clock, logger), IMatchGrain
{
    private readonly ILogger _logger = logger;

    private MatchId Id => new(this.GetPrimaryKey());

    // A match may change at any time: every answer without a write needs a read.
    protected override TimeSpan MaxAge => TimeSpan.Zero;

    public async Task<RegisterMatchOutcome> RegisterAsync(RegisterMatch match)
    {
        var (outcome, current, isChanged) = await DecideAsync((current, _) => MatchRules.Register(current, match));

        using var trace = CallTrace.Resume();
        if (isChanged && current is not null) LogRegistered(_logger, Id, current.User1, current.User2, current.Status);
        return outcome;
    }

    public async Task<ScheduleSessionResult> ScheduleSessionAsync(ScheduleSession session)
    {
        // All attempts use one id: if the reply to an attempt is lost, the next read finds the session by this id.
        var id = session.Session ?? new SessionId(Guid.CreateVersion7(Clock.GetUtcNow()));
        var check = await challenges.CheckAsync(session.User1ChallengeId, session.User2ChallengeId);
        var (outcome, match, _) = await DecideAsync((match, now) => MatchRules.Schedule(match, session, check, id, now));

        if (outcome != ScheduleOutcome.Scheduled) return new(outcome, MatchStatus: match?.Status);

        using var trace = CallTrace.Resume();
        LogScheduled(_logger, id, Id, session.ScheduledAt);
        return new(outcome, id, match?.Status);
    }

    public Task<MatchSnapshot?> GetStateAsync() =>
        Task.FromResult(Known is { } match ? new MatchSnapshot(Id, match.User1, match.User2, match.Status) : null);

    protected override bool IsFinal(MatchState? state) => false;

    protected override bool IsOwn(MatchState written, MatchState read) => written.NewSession is { } session
        ? read.ActiveSessions.Contains(session.Id.Value)
        : read.Status == written.Status && read.User1 == written.User1 && read.User2 == written.User2;

    [LoggerMessage(Level = LogLevel.Information, Message = "Match {Match} of {User1} and {User2} is {Status}")]
    private static partial void LogRegistered(ILogger logger, MatchId match, UserId user1, UserId user2, string status);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} of match {Match} scheduled for {ScheduledAt}")]
    private static partial void LogScheduled(ILogger logger, SessionId session, MatchId match, DateTimeOffset scheduledAt);
}
