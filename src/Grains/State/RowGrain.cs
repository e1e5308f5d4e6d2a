using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Wingman.State;

/// <summary>
/// A grain whose state is a row that others write too. It decides on the row as it knows it; the version check of the write
/// detects that the row has changed meanwhile, and then it reads the row again and decides again.
/// </summary>
/// <typeparam name="TState">The row, an immutable record.</typeparam>
/// <param name="context">The activation.</param>
/// <param name="row">The row.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal abstract partial class RowGrain<TState>(IGrainContext context, IPersistentState<TState> row, TimeProvider clock, ILogger logger) : IGrainBase
    where TState : class
{
    /// <summary>
    /// For how long after its start a call writes again when it meets a conflict. A write that begins later could take longer
    /// than callers wait.
    /// </summary>
    private static readonly TimeSpan ConflictDeadline = TimeSpan.FromSeconds(2);

    private TState? _lastSeen;
    private string? _lastVersion;
    private long _askedAt;

    /// <inheritdoc/>
    public IGrainContext GrainContext { get; } = context;

    /// <summary>The row as this activation knows it; null if it does not exist or was not read.</summary>
    protected TState? Known => row.RecordExists ? row.State : null;

    /// <summary>The version of the row as this activation knows it; null if it does not exist or was not read.</summary>
    protected string? Version => row.Etag;

    /// <summary>The clock.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>Decides on the row, and stores what was decided.</summary>
    /// <param name="decide">The rule: a pure function of the row (null if there is none) and the present.</param>
    /// <returns>The answer, the row after it, and whether this call changed it.</returns>
    /// <exception cref="StorageException">
    /// The decision is not stored, or it is unknown whether it is. The activation has discarded the row and ends.
    /// </exception>
    protected async Task<(TOutcome Outcome, TState? Row, bool IsChanged)> DecideAsync<TOutcome>(Func<TState?, DateTimeOffset, Decision<TOutcome, TState>> decide)
    {
        var begunAt = clock.GetTimestamp();
        var isFresh = row.Etag is null;
        if (isFresh) await ReadAsync();

        var (mayBeStored, isLate) = (false, false);
        while (true)
        {
            var decision = decide(Known, clock.GetUtcNow().ToStorable());
            if (decision.Next is null)
            {
                if (isFresh || (IsFinal(Known) && clock.GetElapsedTime(_askedAt) < MaxAge)) return (decision.Outcome, Known, false);

                // Nothing is written, so no version check would detect a change of the row. So the row is read first.
                await ReadAsync();
                isFresh = true;
                continue;
            }

            if (isLate) throw FailAndDeactivate(new StorageException(StorageFailure.Unavailable, $"It is unknown whether the row of {GrainContext.GrainId} was written."), "written", mayBeStored);

            bool isOutcomeUnknown;
            var writtenAt = clock.GetTimestamp();
            try
            {
                row.State = decision.Next;
                await row.WriteStateAsync();
                RecordRow(writtenAt);
                return (decision.Outcome, Known, true);
            }
            catch (InconsistentStateException conflict) when (conflict is UnknownOutcomeException || clock.GetElapsedTime(begunAt) < ConflictDeadline)
            {
                // Read again below, and decide again.
                isOutcomeUnknown = conflict is UnknownOutcomeException;
                mayBeStored |= isOutcomeUnknown;
                isLate = clock.GetElapsedTime(begunAt) >= ConflictDeadline;
            }
            catch (Exception exception)
            {
                throw FailAndDeactivate(exception, "written", mayBeStored);
            }

            // If the reply to an attempt was lost, the row may be what that attempt made of it.
            if (await ReadAsync(isOutcomeUnknown ? decision.Next : null, mayBeStored)) return (decision.Outcome, Known, true);
            isFresh = true;
        }
    }

    /// <summary>For how long an answer about a final row (<see cref="IsFinal"/>) may be given from memory.</summary>
    protected abstract TimeSpan MaxAge { get; }

    /// <summary>Whether the row is not expected to change again: only then may an answer about it come from memory.</summary>
    protected abstract bool IsFinal(TState? state);

    /// <summary>Whether the row is what a write of ours, whose reply was lost, made of it.</summary>
    /// <param name="written">What was to be written.</param>
    /// <param name="read">What was read afterwards.</param>
    protected abstract bool IsOwn(TState written, TState read);

    /// <summary>What a read returns of a state that was written: all but what only the write carries.</summary>
    protected virtual TState RowOf(TState written) => written;

    /// <summary>Called when a read shows that someone else has changed or deleted the row since this activation last saw it.</summary>
    protected virtual void OnChangedElsewhere(TState before, TState? now)
    {
    }

    /// <summary>Called when the row's version is another than this activation last saw, whether this grain or someone else changed it.</summary>
    protected virtual void OnVersionChanged()
    {
    }

    /// <summary>Reads the row, whether or not it was read before.</summary>
    /// <param name="written">What this activation may have written since it last saw the row; null if it certainly has not.</param>
    /// <param name="mayBeStored">Whether an earlier write of the call may be stored, too.</param>
    /// <returns>Whether the row is what <paramref name="written"/> made of it.</returns>
    /// <exception cref="StorageException">It could not be read. The activation ends.</exception>
    protected async Task<bool> ReadAsync(TState? written = null, bool mayBeStored = false)
    {
        var readAt = clock.GetTimestamp();
        try
        {
            await row.ReadStateAsync();
        }
        catch (Exception exception)
        {
            throw FailAndDeactivate(exception, "read", mayBeStored || written is not null);
        }

        var isOwn = written is not null && Known is { } current && IsOwn(written, current);
        if (!isOwn && _lastSeen is { } before && !IsSameWrite(before)) OnChangedElsewhere(before, Known);
        RecordRow(readAt);

        // An unknown id keeps no activation, so that calls with random ids cost no lasting memory.
        if (!row.RecordExists) this.DeactivateOnIdle();
        return isOwn;
    }

    // After a failover every row has another version, although nobody has changed it.
    private bool IsSameWrite(TState before) =>
        row.Etag == _lastVersion || (Known is { } now && RowVersion.MayBeOfOneWrite(row.Etag, _lastVersion) && Equals(RowOf(before), now));

    // The age of the row counts from when it was asked for: the database may have answered long before the answer arrived.
    private void RecordRow(long askedAt)
    {
        var isOther = row.Etag != _lastVersion;
        _lastSeen = Known;
        _lastVersion = row.Etag;
        _askedAt = askedAt;
        if (isOther) OnVersionChanged();
    }

    // Every failure ends the activation: the next call starts from what the database holds. If an earlier write of the call may be
    // stored, a failure that says that nothing was stored would not be true, so another one takes its place.
    private StorageException FailAndDeactivate(Exception exception, string verb, bool mayBeStored)
    {
        this.DeactivateOnIdle();
        var id = GrainContext.GrainId;
        switch (exception)
        {
            case StorageException { Failure: not StorageFailure.Failed } known when mayBeStored:
                return new(StorageFailure.Unavailable, known.Message);
            case StorageException known:
                return known;
            case InconsistentStateException when mayBeStored:
                return new(StorageFailure.Unavailable, $"The row of {id} was changed by others, and perhaps by this call.");
            case InconsistentStateException:
                return new(StorageFailure.Conflict, $"The row of {id} was changed by others again and again.");
            default:
                // Other exceptions lose their type on the wire and may carry what must not leave the silo, so they are not passed on.
                LogFailed(exception, id, verb);
                return new(StorageFailure.Failed, $"The row of {id} could not be {verb}.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The row of {Grain} could not be {Verb}")]
    private static partial void LogFailed(ILogger logger, Exception exception, GrainId grain, string verb);

    private void LogFailed(Exception exception, GrainId grain, string verb) => LogFailed(logger, exception, grain, verb);
}
