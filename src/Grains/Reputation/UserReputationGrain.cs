using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Storage;
using Wingman.State;

namespace Wingman.Reputation;

/// <inheritdoc cref="IUserReputationGrain"/>
/// <remarks>Placed where it is first called from: in a process that is front door and silo at once, a call stays in the process.</remarks>
[PreferLocalPlacement]
internal sealed partial class UserReputationGrain : IGrainBase, IUserReputationGrain
{
    private readonly IReputationLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly ReputationOptions _options;
    private readonly ILogger<UserReputationGrain> _logger;
    private readonly DurableState<ReputationState> _state;
    private UserReputation? _answer;
    private CreditCounts? _brought;
    private ReputationState? _unstored;
    private IGrainTimer? _storeTimer;
    private long _lookedAt;
    private int _told;
    private int _toldAtLook;

    public UserReputationGrain(
        IGrainContext context,
        [FromKeyedServices(StorageNames.Provider)] IGrainStorage storage,
        IReputationLedger ledger,
        TimeProvider clock,
        IOptions<ReputationOptions> options,
        ILogger<UserReputationGrain> logger)
    {
        GrainContext = context;
        _ledger = ledger;
        _clock = clock;
        _options = options.Value;
        _logger = logger;
        _state = new(StorageNames.Reputation, this, storage, logger);
    }

    public IGrainContext GrainContext { get; }

    private UserId Id => new(this.GetPrimaryKey());

    public Task CreditedAsync()
    {
        _told++;
        return Task.CompletedTask;
    }

    public async Task<UserReputation> GetAsync()
    {
        // Told while a look was under way means that the look may have missed it: only a look begun later counts.
        var isFresh = _answer is not null && _told == _toldAtLook && _clock.GetElapsedTime(_lookedAt) < _options.MaxAge;
        return isFresh ? _answer! : await LookAsync();
    }

    public Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit) => _ledger.ReadPageAsync(Id, after, limit);

    public Task<UserReputation?> GetStateAsync() => Task.FromResult(_answer);

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => StoreAsync();

    private async Task<UserReputation> LookAsync()
    {
        if (!_state.IsLoaded) await _state.ReadAsync();

        var told = _told;
        var begunAt = _clock.GetTimestamp();
        var known = _unstored ?? _state.Current;
        var (brought, folded) = (known.Brought ?? _brought) is { } counted
            ? (counted, await _ledger.FoldAsync(Id))
            : await _ledger.FoldWithBroughtAsync(Id);
        _brought = brought;

        var now = _clock.GetUtcNow();
        // A user with nothing to their name costs no row.
        if (brought != (known.Brought ?? CreditCounts.None) || folded != (known.Folded ?? CreditCounts.None))
            StoreLater(known with { Brought = brought, Folded = folded, FoldedAt = now });

        var total = brought + folded;
        _lookedAt = begunAt;
        _toldAtLook = told;
        return _answer = new(total.Completed, total.NoShows, now);
    }

    // Off the request's path, and once for many folds: a lost store costs nothing but the next activation's counting.
    private void StoreLater(ReputationState next)
    {
        _unstored = next;
        _storeTimer ??= this.RegisterGrainTimer(
            static (grain, _) => grain.StoreAsync(),
            this,
            new GrainTimerCreationOptions(_options.StoreDelay, Timeout.InfiniteTimeSpan));
    }

    private async Task StoreAsync()
    {
        _storeTimer?.Dispose();
        _storeTimer = null;
        if (_unstored is not { } next) return;

        try
        {
            await _state.WriteAsync(next);
            if (ReferenceEquals(_unstored, next)) _unstored = null;
        }
        catch (WingmanException exception)
        {
            // Nothing is lost: the ledger is the truth, and what was brought along is counted again.
            LogNotStored(exception, Id);
            _unstored = null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The fold of user {User} was not stored; it is counted again when needed")]
    private partial void LogNotStored(Exception exception, UserId user);
}
