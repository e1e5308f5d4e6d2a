using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Wingman.Events;
using Wingman.Operators;
using Wingman.State;

namespace Wingman.Reputation;

/// <inheritdoc cref="IUserReputationGrain"/>
/// <remarks>Placed where it is first called from: in a process that is API and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class UserReputationGrain(
    IGrainContext context,
    [PersistentState(StorageNames.Reputation, StorageNames.Stock)] IPersistentState<ReputationState> announced,
    IReputationTable table,
    IEventLog log,
    AnnouncementThrottle throttle,
    ActiveReputations active,
    TimeProvider clock,
    IOptions<ReputationOptions> options,
    ILogger<UserReputationGrain> logger) : IGrainBase, IUserReputationGrain
{
    private UserReputation? _cached;
    private CreditCounts? _unannounced;
    private CreditCounts? _announcing;
    private CreditCounts? _announced;
    private IGrainTimer? _announceTimer;
    private long _countedAt;
    private int _invalidations;
    private int _invalidationsAtCount;

    public IGrainContext GrainContext { get; } = context;

    private UserId Id => new(this.GetPrimaryKey());

    public Task OnActivateAsync(CancellationToken token)
    {
        active.Add(Id, this);
        return Task.CompletedTask;
    }

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        active.Remove(Id, this);
        return Task.CompletedTask;
    }

    /// <summary>Invalidates the cached count. Unlike the other methods it may be called on any thread of the silo, at any time.</summary>
    public void Invalidate() => Interlocked.Increment(ref _invalidations);

    public Task InvalidateAsync()
    {
        Invalidate();
        return Task.CompletedTask;
    }

    public async Task<UserReputation> GetAsync()
    {
        // A count that was in progress when the invalidation came may have missed the change: only a count that began later may be used.
        var isFresh = _cached is not null && Volatile.Read(ref _invalidations) == _invalidationsAtCount && clock.GetElapsedTime(_countedAt) < options.Value.MaxAge;
        return isFresh ? _cached! : await CountAsync();
    }

    public Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit) => table.ReadHistoryAsync(Id, after, limit);

    public async Task<ErasureStep> EraseAsync(OperatorAct act, ErasurePosition? after)
    {
        if (!act.IsComplete) throw new ArgumentException("An erasure needs an operator's name and a reason.", nameof(act));

        // An announcement in progress would store the state again, so it is cancelled here. It can then still append a line to the log, which the
        // next step of the erasure finds.
        _announceTimer?.Dispose();
        _unannounced = null;
        _announced = null;
        _cached = null;
        this.DeactivateOnIdle();
        var now = clock.GetUtcNow().ToStorable();
        var hadState = await ClearAsync(act, now);
        var (lines, next) = await log.EraseAsync(Id, act, now, after);
        return new(lines, hadState, next);
    }

    public Task<UserReputation?> GetStateAsync() => Task.FromResult(_cached);

    // The log is written first, as in every announcement: a crash in between can duplicate the line, but never omit it.
    private async Task<bool> ClearAsync(OperatorAct act, DateTimeOffset now)
    {
        try
        {
            await announced.ReadStateAsync();
            if (!announced.RecordExists) return false;

            await log.AppendAsync(null, new(EventKind.UserErased, now, Act: act), null);
            await announced.ClearStateAsync();
            return true;
        }
        catch (Exception exception) when (exception is not StorageException)
        {
            // The stock storage's exceptions lose their type on the wire.
            LogNotErased(exception, Id);
            throw new StorageException(StorageFailure.Unavailable, $"The state of the reputation of {Id} was not erased; erase it again.");
        }
    }

    private async Task<UserReputation> CountAsync()
    {
        var invalidations = Volatile.Read(ref _invalidations);
        var begunAt = clock.GetTimestamp();
        var counts = await table.CountAsync(Id);

        _countedAt = begunAt;
        _invalidationsAtCount = invalidations;
        _cached = new(counts.Completed, counts.NoShows, clock.GetUtcNow());

        // An announcement in progress says what was counted when it began. A count that differs from it is a change, even if it is a change back.
        var latest = _announcing ?? _announced;
        // A user without credits needs no stored state, and no activation that stays in memory. But credits that are gone may have been
        // announced before: a fall to zero is announced too.
        if (counts == CreditCounts.None && latest is null && throttle.IsBusy)
        {
            _unannounced = null;
            this.DeactivateOnIdle();
        }
        else if (counts != latest)
        {
            AnnounceLater(counts);
        }
        else
        {
            _unannounced = null;
        }

        return _cached;
    }

    // Runs in a timer, so that no request waits for it and many changes are announced together. It interleaves, so that reads go
    // on while it waits for its turn or for the database.
    private void AnnounceLater(CreditCounts counts)
    {
        _unannounced = counts;
        _announceTimer ??= this.RegisterGrainTimer(
            static (grain, cancellation) => grain.AnnounceAsync(cancellation),
            this,
            new GrainTimerCreationOptions(counts == CreditCounts.None ? TimeSpan.Zero : options.Value.AnnounceDelay, Timeout.InfiniteTimeSpan) { Interleave = true });
    }

    // The log is written first, then the state: a crash in between can announce the change twice, but never omit it.
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        try
        {
            if (_unannounced is not { } counts) return;

            _announcing = counts;
            using var turn = await throttle.WaitAsync(cancellation);
            if (announced.Etag is null) await announced.ReadStateAsync(cancellation);
            var last = announced.RecordExists ? new CreditCounts(announced.State.Completed, announced.State.NoShows) : CreditCounts.None;
            if (counts != last)
            {
                await log.AppendAsync(null, new(EventKind.ReputationChanged, clock.GetUtcNow().ToStorable(), Id), counts.ToDetail());
                // Storing the state ignores the token: without this line, an announcement that an erasure has cancelled would store it again.
                cancellation.ThrowIfCancellationRequested();
                announced.State = new() { Completed = counts.Completed, NoShows = counts.NoShows };
                await (counts == CreditCounts.None ? announced.ClearStateAsync(cancellation) : announced.WriteStateAsync(cancellation));
            }

            _announced = counts;
            if (_unannounced == counts) _unannounced = null;
            if (counts == CreditCounts.None && _unannounced is null) this.DeactivateOnIdle();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The activation ends, as thousands do when a silo stops. The next one announces the change at its first read.
            _unannounced = null;
        }
        catch (Exception exception)
        {
            // The count is not affected. The next read that finds a change announces it.
            LogNotAnnounced(exception, Id);
            _unannounced = null;
        }
        finally
        {
            _announcing = null;
            // The timer is not disposed of earlier, because that cancels the token, which the work above uses.
            _announceTimer?.Dispose();
            _announceTimer = null;
            // Another count was made meanwhile.
            if (_unannounced is { } later) AnnounceLater(later);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the reputation of {User} was not erased")]
    private partial void LogNotErased(Exception exception, UserId user);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The changed reputation of user {User} was not appended to the log; the next read tries again")]
    private partial void LogNotAnnounced(Exception exception, UserId user);
}
