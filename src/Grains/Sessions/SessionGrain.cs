using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Wingman.Events;
using Wingman.Operators;
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
    private const int ReopenAttempts = 5;

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
        var (outcome, _, isChanged) = await DecideAsync((session, now) => SessionRules.UpdateNotes(session, participant, notes, now));
        using var trace = CallTrace.Resume();
        if (isChanged) LogNotesUpdated(services.Logger, Id, participant);
        return outcome;
    }

    public async Task<CancelSessionResult> CancelAsync(UserId participant)
    {
        var (outcome, session, isChanged) = await DecideAsync((session, now) => SessionRules.Cancel(session, participant, now));
        if (session is null) return new(outcome, default);

        if (isChanged)
        {
            using var trace = CallTrace.Resume();
            LogCancelled(services.Logger, Id, session.Status, participant);
            await NotifyReputationsAsync(session.User1, session.User2);
        }

        return new(outcome, session.Status);
    }

    public async Task<GetSessionResult> GetAsync(UserId participant)
    {
        var details = await services.Table.FindAsync(Id);
        if (details is null)
        {
            DeactivateMissing();
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
            if (outcome == ExpireOutcome.NoShow) services.Metrics.EndedAsNoShow();
            else services.Metrics.Completed();
            LogExpired(services.Logger, Id, session.Status, session.User1, session.User1Confirmed, session.User2, session.User2Confirmed);
            await NotifyReputationsAsync(session.User1, session.User2);
        }

        return outcome;
    }

    public async Task<RepairResult> RepairAsync(SessionRepair repair)
    {
        var (outcome, session, isChanged) = repair.Kind == RepairKind.Reopen
            ? await ReopenAsync(repair)
            : await DecideAsync((session, now) => OperatorRules.Repair(session, repair, now));
        if (session is null) return new(outcome, default);

        if (isChanged)
        {
            LogRepaired(services.Logger, Id, session.Status, repair.Kind, repair.Act.Operator);
            await NotifyReputationsAsync(session.User1, session.User2);
        }

        return new(outcome, session.Status);
    }

    public Task<SessionSnapshot?> GetStateAsync() => Task.FromResult(Known is { } session
        ? new SessionSnapshot(
            Id, session.Match, session.User1, session.User2, session.Status, session.User1Confirmed, session.User2Confirmed,
            session.ScheduledAt, session.CompletedAt)
        : null);

    protected override bool IsFinal(SessionState? state) => state is { IsOver: true };

    // Only our own write can have stored the exact time of a completion or a reopening. Any other change looks the same if someone else made
    // it while the reply to our write was lost. For a user the answer is then the same too. But an operator must not be told that they did
    // what someone else did, since the log would not say so. Notes are not read back, so they are written again.
    protected override bool IsOwn(SessionState written, SessionState read) =>
        written.NewNotes is null && read == written with { Event = default }
        && (written.Event.Act is null || written.Event.Kind is EventKind.Completed or EventKind.Reopened);

    protected override SessionState RowOf(SessionState written) => written with { Event = default, NewNotes = null };

    protected override void OnChangedElsewhere(SessionState before, SessionState? now) => _ = services.ObserveAsync(Id, before, now, RowVersion.Parse(Version));

    // A session that does not exist needs no activation that stays in memory.
    private void DeactivateMissing()
    {
        if (Known is { } deleted) _ = services.ObserveAsync(Id, deleted, null, null);
        this.DeactivateOnIdle();
    }

    private async Task<ConfirmCompletionResult> ConfirmAsync(
        TimeSpan? confirmFrom, Func<SessionState?, DateTimeOffset, Decision<ConfirmOutcome, SessionState>> decide)
    {
        // The metric of the time between the two confirmations finds the first one by the version of the row that it made.
        string? decidedOn = null;
        var (outcome, session, isChanged) = await DecideWithinLimitAsync((session, now) =>
        {
            decidedOn = Version;
            return decide(session, now);
        });

        services.Metrics.Confirmed(outcome);
        if (session is null) return new(outcome, default);

        // Most calls are confirmations. They resume their trace only where their lines are written.
        using var trace = services.Logger.IsEnabled(LogLevel.Debug) ? CallTrace.Resume() : null;
        if (outcome == ConfirmOutcome.WaitingForBuddy && isChanged)
        {
            LogConfirmed(services.Logger, Id, session.Event.Actor);
        }
        else if (outcome == ConfirmOutcome.Completed)
        {
            services.Metrics.Completed();
            if (RowVersion.Parse(decidedOn) is { } version && session.CompletedAt is { } at) services.CompletionTimes.Add(Id, version, at);
            LogCompleted(services.Logger, Id, session.User1, session.User2);
            await NotifyReputationsAsync(session.User1, session.User2);
        }

        return new(outcome, session.Status, outcome == ConfirmOutcome.TooEarly ? SessionRules.ConfirmableFrom(session, confirmFrom) : null);
    }

    // The completions are counted only if the session would be completed: first confirmations are the most frequent calls, and need no count.
    private async Task<(ConfirmOutcome Outcome, SessionState? Row, bool IsChanged)> DecideWithinLimitAsync(
        Func<SessionState?, DateTimeOffset, Decision<ConfirmOutcome, SessionState>> decide)
    {
        var limit = services.Options.MaxCompletionsPerPairAndDay;
        if (limit == 0) return await DecideAsync(decide);

        var decided = await DecideAsync((session, now) => SessionRules.RefuseCompletion(decide(session, now)));
        if (decided is not { Outcome: ConfirmOutcome.CompletionLimit, Row: { } session }) return decided;

        var completions = await services.Table.CountCompletionsAsync(session.User1, session.User2, Clock.GetUtcNow().AddDays(-1));
        return completions < limit ? await DecideAsync(decide) : decided;
    }

    // This is not decided on this row alone: the write checks the match's other sessions too.
    private async Task<(RepairOutcome Outcome, SessionState? Row, bool IsChanged)> ReopenAsync(SessionRepair repair)
    {
        await ReadAsync();
        for (var attempt = 1; ; attempt++)
        {
            var (outcome, next) = OperatorRules.Repair(Known, repair, Clock.GetUtcNow().ToStorable());
            if (next is null) return (outcome, Known, false);

            ReopenResult result;
            try
            {
                result = await services.Table.ReopenAsync(Id, next);
            }
            catch (StorageException)
            {
                // The change may be stored. The activation ends, so that the next call does not take it for a change by another program.
                this.DeactivateOnIdle();
                throw;
            }

            // The row may also be what an earlier attempt made of it, whose reply was lost.
            if (await ReadAsync(next)) return (RepairOutcome.Done, Known, true);
            if (result == ReopenResult.OtherIsOpen) return (RepairOutcome.OtherSessionOpen, Known, false);
            if (attempt == ReopenAttempts)
                throw new StorageException(StorageFailure.Conflict, $"The row of session {Id} was changed by others again and again.");
        }
    }

    private async Task NotifyReputationsAsync(UserId user1, UserId user2)
    {
        try
        {
            await Task.WhenAll(services.InvalidateReputationAsync(user1), services.InvalidateReputationAsync(user2));
        }
        catch (Exception exception)
        {
            // The rows are durable; a reputation that was not notified counts again when its cached count is too old.
            LogReputationNotNotified(services.Logger, exception, Id);
        }
    }

    // The log in the database has both for every session. Written at Information, these two lines would cost more than the confirmation.
    [LoggerMessage(Level = LogLevel.Debug, Message = "Session {Session} confirmed by {User}")]
    private static partial void LogConfirmed(ILogger logger, SessionId session, UserId? user);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Session {Session} completed by {User1} and {User2}")]
    private static partial void LogCompleted(ILogger logger, SessionId session, UserId user1, UserId user2);

    [LoggerMessage(Level = LogLevel.Information, Message = "Notes of session {Session} updated by {User}")]
    private static partial void LogNotesUpdated(ILogger logger, SessionId session, UserId user);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} is {Status} after its cancellation by {User}")]
    private static partial void LogCancelled(ILogger logger, SessionId session, SessionStatus status, UserId user);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Session {Session} expired as {Status}: {User1} confirmed {User1Confirmed}, {User2} confirmed {User2Confirmed}")]
    private static partial void LogExpired(
        ILogger logger, SessionId session, SessionStatus status, UserId user1, bool user1Confirmed, UserId user2, bool user2Confirmed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} is {Status} after the repair {Repair} by the operator {Operator}")]
    private static partial void LogRepaired(ILogger logger, SessionId session, SessionStatus status, RepairKind repair, string @operator);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A cached reputation was not invalidated after the end of session {Session}; it expires within seconds")]
    private static partial void LogReputationNotNotified(ILogger logger, Exception exception, SessionId session);
}
