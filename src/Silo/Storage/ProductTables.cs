using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Matches;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Log;
using Wingman.Silo.Storage.Rows;
using Wingman.State;

namespace Wingman.Silo.Storage;

/// <summary>
/// The product's tables and the log, as grains read and write them: each kind of request has a queue, and lanes with
/// connections of their own.
/// </summary>
internal sealed class ProductTables : ISessionTable, IChallengeTable, IReputationTable, IEventLog, IAsyncDisposable
{
    // With one range for each status the query uses the indexes on open sessions, however many sessions are over.
    private const string OverdueSql = """
        select id, scheduled_time
        from (
          (select id, scheduled_time from public.wingman_sessions
           where status = 'scheduled' and scheduled_time between $1 and $2 and (scheduled_time, id) > ($3, $4)
           order by scheduled_time, id limit $5)
          union all
          (select id, scheduled_time from public.wingman_sessions
           where status = 'in_progress' and scheduled_time between $1 and $2 and (scheduled_time, id) > ($3, $4)
           order by scheduled_time, id limit $5)
          union all
          (select id, scheduled_time from public.wingman_sessions
           where status is null and scheduled_time between $1 and $2 and (scheduled_time, id) > ($3, $4)
           order by scheduled_time, id limit $5)) overdue
        order by scheduled_time, id
        limit $5
        """;

    private readonly string _host;
    private readonly TimeSpan _deadline;
    private readonly NpgsqlDataSource _lanes;
    private readonly NpgsqlDataSource _background;
    private readonly BatchedLanes<SessionReadRequest<Versioned<SessionState>?>, Versioned<SessionState>?> _sessionReads;
    private readonly BatchedLanes<SessionReadRequest<LiveSessionDetails?>, LiveSessionDetails?> _sessionDetails;
    private readonly BatchedLanes<SessionWriteRequest, RowVersion> _sessionWrites;
    private readonly BatchedLanes<MatchReadRequest, Versioned<MatchState>?> _matchReads;
    private readonly BatchedLanes<MatchWriteRequest, RowVersion> _matchWrites;
    private readonly ProductFeatures _features;
    private readonly BatchedLanes<ChallengeReadRequest, bool> _challenges;
    private readonly BatchedLanes<ReputationCountRequest, CreditCounts> _counts;
    private readonly BatchedLanes<HistoryReadRequest, CreditPage> _histories;
    private readonly BatchedLanes<PairCompletionsRequest, long> _pairCompletions;
    private readonly BatchedLanes<EventAppendRequest, RowVersion> _events;
    private readonly StorageWatchdog _watchdog;

    /// <summary>Creates the lanes. They connect at their first request.</summary>
    /// <param name="connectionString">Where the database is.</param>
    /// <param name="background">The connections for what no request waits for.</param>
    /// <param name="features">Which other tables of the product there are.</param>
    /// <param name="host">This host's name, for the log.</param>
    /// <param name="options">How many lanes, and their bounds.</param>
    /// <param name="reputation">How credits are counted.</param>
    /// <param name="metrics">What operators see of the lanes.</param>
    /// <param name="logger">The log.</param>
    public ProductTables(
        string connectionString,
        NpgsqlDataSource background,
        ProductFeatures features,
        string host,
        IOptions<StorageOptions> options,
        IOptions<ReputationOptions> reputation,
        StorageMetrics metrics,
        ILogger<ProductTables> logger)
    {
        var storage = options.Value;
        var counting = reputation.Value.Counting;
        var era = new DatabaseEra();
        var reachability = new Reachability(storage.Deadline, TimeProvider.System);
        _deadline = storage.Deadline;
        _background = background;
        _host = host;
        _lanes = LaneConnection.CreateDataSource(connectionString, storage);
        _sessionReads = Reads("reads of sessions", storage.ReadLanes, () => new SessionStateRead());
        _sessionDetails = Reads("reads of sessions' details", 1, () => new SessionDetailsRead(features));
        _features = features;
        _challenges = Reads("checks of challenges", 1, () => new ChallengeRead());
        _matchReads = Reads("reads of matches", 1, () => new MatchRead());
        _counts = Reads("counts of reputations", storage.ReadLanes, () => new ReputationCount(counting));
        _histories = Reads("reads of histories", 1, () => new HistoryRead(counting));
        _pairCompletions = Reads("counts of pairs' completions", 1, () => new PairCompletionsRead());
        _sessionWrites = Writes("writes of sessions", storage.Lanes, skipLocked => new SessionWrite(host, skipLocked));
        _matchWrites = Writes("writes of matches", 1, skipLocked => new MatchWrite(host, skipLocked));
        _events = Writes("log entries", 1, _ => new EventAppend(host));
        _watchdog = new(
            [_sessionReads, _sessionDetails, _challenges, _matchReads, _counts, _histories, _pairCompletions, _sessionWrites, _matchWrites, _events],
            ConnectionsOf(storage) + DatabaseConnections.Reserved);

        BatchedLanes<TRequest, TResult> Reads<TRequest, TResult>(string name, int lanes, Func<IBatchedRead<TRequest, TResult>> read)
            where TRequest : BatchRequest<TResult> => new(
                name, lanes, storage, metrics, reachability,
                (number, queue) => new ReadLane<TRequest, TResult>(number, queue, new(_lanes, era, reachability, storage), read(), logger));

        BatchedLanes<TRequest, RowVersion> Writes<TRequest>(string name, int lanes, Func<bool, IBatchedWrite<TRequest>> write)
            where TRequest : WriteRequest
        {
            var contention = new LockContention();
            return new(name, lanes, storage, metrics, reachability,
                (number, queue) => new WriteLane<TRequest>(number, queue, new(_lanes, era, reachability, storage), write(false), write(true), contention, logger));
        }
    }

    /// <summary>How many connections the lanes keep at the most.</summary>
    public static int ConnectionsOf(StorageOptions options) => options.Lanes + (2 * options.ReadLanes) + 7;

    /// <summary>A session's row and its version; null if there is none.</summary>
    public Task<Versioned<SessionState>?> ReadAsync(SessionId session) => _sessionReads.SubmitAsync(new(session, _deadline));

    /// <summary>Writes a session's row, if its version is the expected one.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">It is not.</exception>
    public Task<RowVersion> WriteAsync(SessionId session, RowVersion expected, SessionState next) =>
        _sessionWrites.SubmitAsync(new(session, expected, next, _deadline));

    /// <summary>A match's row and its version; null if there is none.</summary>
    public Task<Versioned<MatchState>?> ReadAsync(MatchId match) => _matchReads.SubmitAsync(new(match, _deadline));

    /// <summary>Writes a match's row, if its version is the expected one, or inserts it, if none is expected.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">It is not, or there is one.</exception>
    public Task<RowVersion> WriteAsync(MatchId match, RowVersion? expected, MatchState next) =>
        _matchWrites.SubmitAsync(new(match, expected, next, _deadline));

    /// <inheritdoc/>
    public async Task<SessionDetails?> FindAsync(SessionId session) => (await FindLiveDetailsAsync(session))?.Session;

    /// <inheritdoc/>
    public Task<LiveSessionDetails?> FindLiveDetailsAsync(SessionId session) => _sessionDetails.SubmitAsync(new(session, _deadline));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionId>> FindChangedAsync(IReadOnlyCollection<KeyValuePair<SessionId, string>> known) =>
        LiveQueries.FindChangedAsync(_background, known);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LoggedChange>> ReadLogAsync(SessionId session, LogSnapshot after, LogSnapshot until, int limit) =>
        LiveQueries.ReadLogAsync(_background, session, after, until, limit);

    /// <inheritdoc/>
    public Task<long> CountCompletionsAsync(UserId user1, UserId user2, DateTimeOffset since) =>
        _pairCompletions.SubmitAsync(new(user1, user2, since, _deadline));

    /// <inheritdoc/>
    public async Task<ChallengeCheck> CheckAsync(Guid? user1Challenge, Guid? user2Challenge)
    {
        if (!_features.HasChallenges) return ChallengeCheck.Valid;
        if (user1Challenge is not { } first || user2Challenge is not { } second) return ChallengeCheck.Missing;

        return first != second && await _challenges.SubmitAsync(new(first, second, _deadline)) ? ChallengeCheck.Valid : ChallengeCheck.Invalid;
    }

    /// <inheritdoc/>
    public Task<CreditCounts> CountAsync(UserId user) => _counts.SubmitAsync(new(user, _deadline));

    /// <inheritdoc/>
    public Task<CreditPage> ReadHistoryAsync(UserId user, CreditCursor? after, int limit) => _histories.SubmitAsync(new(user, after, limit, _deadline));

    /// <inheritdoc/>
    public Task AppendAsync(SessionId? session, LogEntry entry, string? detail) => _events.SubmitAsync(new(session, entry, detail, null, _deadline));

    /// <inheritdoc/>
    public async Task<bool> AppendForeignChangeAsync(SessionId session, LogEntry entry, string detail, RowVersion? read) =>
        (await _events.SubmitAsync(new(session, entry, detail, read, _deadline))).Xmin != 0;

    /// <inheritdoc/>
    public Task<(long Lines, ErasurePosition? Next)> EraseAsync(UserId user, OperatorAct act, DateTimeOffset at, ErasurePosition? after) =>
        BackgroundQuery.RunAsync(
            "an erasure in the log", () => LogErasure.RunAsync(_background, _host, StoredNames.Of(EventKind.UserErased), user, act, at, after));

    /// <inheritdoc/>
    public Task<ReopenResult> ReopenAsync(SessionId session, SessionState next) =>
        BackgroundQuery.RunAsync($"the reopening of session {session}", () => SessionReopen.RunAsync(_background, _host, session, next));

    /// <inheritdoc/>
    public Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset since, DateTimeOffset until, OverdueSession? after, int limit) =>
        BackgroundQuery.RunAsync("overdue sessions", async () =>
        {
            await using var command = _background.CreateCommand(OverdueSql);
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = since.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = until.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<DateTime>
            {
                // The least value is sent as -infinity, before every session.
                TypedValue = after?.ScheduledAt.UtcDateTime ?? DateTime.MinValue,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Session.Value ?? Guid.Empty });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var reader = await command.ExecuteReaderAsync();
            List<OverdueSession> found = [];
            while (await reader.ReadAsync()) found.Add(new(new(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1)));
            return (IReadOnlyList<OverdueSession>)found;
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] all = [_sessionReads, _sessionDetails, _challenges, _matchReads, _counts, _histories, _pairCompletions, _sessionWrites, _matchWrites, _events];
        await Task.WhenAll(all.Select(static lanes => lanes.DisposeAsync().AsTask()));
        await _watchdog.DisposeAsync();
        await _lanes.DisposeAsync();
    }
}
