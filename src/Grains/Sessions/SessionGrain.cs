using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Runtime;
using Wingman.State;

namespace Wingman.Sessions;

/// <inheritdoc cref="ISessionGrain"/>
/// <remarks>Placed where it is first called from: in a process that is API and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class SessionGrain(
    IGrainContext context,
    [PersistentState(StorageNames.Session, StorageNames.Rows)] IPersistentState<SessionState> row,
    SessionServices services) : RowGrain<SessionState>(context, row, services.Clock, services.Logger), ISessionGrain
{
    private SessionId Id => new(this.GetPrimaryKey());

    protected override TimeSpan MaxAge => services.Options.MaxAge;

    public Task<ConfirmCompletionResult> ConfirmCompletionAsync(UserId participant)
    {
        var confirmFrom = services.Options.ConfirmFrom;
        return ConfirmAsync(confirmFrom, (session, now) => SessionRules.Confirm(session, participant, confirmFrom, now));
    }

    public Task<ConfirmCompletionResult> ConfirmBuddyAsync(UserId participant, UserId buddy)
    {
        var confirmFrom = services.Options.ConfirmFrom;
        return ConfirmAsync(
            confirmFrom ?? TimeSpan.Zero, (session, now) => SessionRules.ConfirmBuddy(session, participant, buddy, confirmFrom, now));
    }

    public async Task<UpdateNotesOutcome> UpdateNotesAsync(UserId participant, string notes)
    {
        var (outcome, _, _) = await DecideAsync((session, now) => SessionRules.UpdateNotes(session, participant, notes, now));
        return outcome;
    }

    public async Task<CancelSessionResult> CancelAsync(UserId participant)
    {
        var (outcome, session, isChanged) = await DecideAsync((session, now) => SessionRules.Cancel(session, participant, now));
        if (session is null) return new(outcome, default);

        if (isChanged)
        {
            LogCancelled(services.Logger, Id, session.Status, participant);
            await NotifyReputationsAsync(session);
        }

        return new(outcome, session.Status);
    }

    public async Task<GetSessionResult> GetAsync(UserId participant)
    {
        var details = await services.Table.FindAsync(Id);
        if (details is null)
        {
            if (Known is { } deleted) _ = services.ObserveAsync(Id, deleted, null);
            this.DeactivateOnIdle();
            return new(GetSessionOutcome.NotFound);
        }

        var snapshot = details.Snapshot;
        return participant == snapshot.User1 || participant == snapshot.User2
            ? new(GetSessionOutcome.Found, details)
            : new(GetSessionOutcome.NotParticipant);
    }

    public async Task<ExpireOutcome> ExpireAsync(NoShowTerms terms)
    {
        var (outcome, session, isChanged) = await DecideAsync((session, now) => SessionRules.Expire(session, terms, now));

        if (session is not null && isChanged)
        {
            LogExpired(services.Logger, Id, session.Status, session.User1, session.User1Confirmed, session.User2, session.User2Confirmed);
            await NotifyReputationsAsync(session);
        }

        return outcome;
    }

    public Task<SessionSnapshot?> GetStateAsync() => Task.FromResult(Known is { } session
        ? new SessionSnapshot(
            Id, session.Match, session.User1, session.User2, session.Status, session.User1Confirmed, session.User2Confirmed,
            session.ScheduledAt, session.CompletedAt)
        : null);

    protected override bool IsLasting(SessionState? state) => state is { IsOver: true };

    // The instant of a completion is ours alone. Another transition looks the same when someone else has made it just as the reply
    // to ours was lost, and then has the same answer. Notes are not among what is read: they are written again.
    protected override bool IsOwn(SessionState written, SessionState read) => written.NewNotes is null && read == written with { Event = default };

    protected override void OnChangedElsewhere(SessionState before, SessionState? now) => _ = services.ObserveAsync(Id, before, now);

    private async Task<ConfirmCompletionResult> ConfirmAsync(
        TimeSpan? confirmFrom, Func<SessionState?, DateTimeOffset, Decision<ConfirmOutcome, SessionState>> decide)
    {
        var (outcome, session, _) = await DecideAsync(decide);

        SessionMetrics.Confirmed(outcome);
        if (session is null) return new(outcome, default);

        if (outcome == ConfirmOutcome.Completed)
        {
            LogCompleted(services.Logger, Id, session.User1, session.User2);
            await NotifyReputationsAsync(session);
        }

        return new(outcome, session.Status, outcome == ConfirmOutcome.TooEarly ? SessionRules.ConfirmableFrom(session, confirmFrom) : null);
    }

    private async Task NotifyReputationsAsync(SessionState session)
    {
        try
        {
            await Task.WhenAll(services.InvalidateReputationAsync(session.User1), services.InvalidateReputationAsync(session.User2));
        }
        catch (Exception exception)
        {
            // The rows are durable; a reputation that was not notified counts again when its cached count is too old.
            LogReputationNotNotified(services.Logger, exception, Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Session {Session} completed by {User1} and {User2}")]
    private static partial void LogCompleted(ILogger logger, SessionId session, UserId user1, UserId user2);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} is {Status} after its cancellation by {User}")]
    private static partial void LogCancelled(ILogger logger, SessionId session, SessionStatus status, UserId user);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Session {Session} expired as {Status}: {User1} confirmed {User1Confirmed}, {User2} confirmed {User2Confirmed}")]
    private static partial void LogExpired(
        ILogger logger, SessionId session, SessionStatus status, UserId user1, bool user1Confirmed, UserId user2, bool user2Confirmed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reputation was not notified of the end of session {Session}; it counts again within seconds")]
    private static partial void LogReputationNotNotified(ILogger logger, Exception exception, SessionId session);
}
