using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Queries;

/// <summary>What many grains ask the database at the same time, beside their states: one statement answers all who wait.</summary>
internal sealed class BatchedQueries : IAsyncDisposable
{
    /// <summary>How many kinds of questions, each with lanes of its own.</summary>
    public const int Kinds = 2;

    private readonly TimeSpan _deadline;
    private readonly NpgsqlDataSource _database;
    private readonly BatchedReads<FoldRequest, Fold> _folds;
    private readonly BatchedReads<ActiveSessionRequest, bool> _activeSessions;
    private readonly IDisposable _observation;

    /// <summary>Creates the lanes. They connect when they are first asked.</summary>
    /// <param name="connectionString">Where the database is. The lanes keep connections of their own, outside any pool.</param>
    /// <param name="options">How many lanes, and their bounds.</param>
    /// <param name="logger">The log.</param>
    public BatchedQueries(string connectionString, IOptions<StorageOptions> options, ILogger<BatchedQueries> logger)
    {
        _deadline = options.Value.Deadline;
        _database = LaneConnection.CreateDataSource(connectionString, options.Value);
        _folds = new("folds", _database, static () => new ReputationFold(), options.Value, logger);
        _activeSessions = new("looks for active sessions", _database, static () => new ActiveSessionLook(), options.Value, logger);
        _observation = StorageMetrics.Observe(() => _folds.Waiting + _activeSessions.Waiting);
        _folds.Start();
        _activeSessions.Start();
    }

    /// <summary>Counts a user's credits.</summary>
    /// <param name="user">The user.</param>
    /// <param name="withBrought">Whether to count, in the same snapshot, what ended before this service took over.</param>
    /// <exception cref="StorageFailedException">The database did not answer in time.</exception>
    /// <exception cref="StorageOverloadedException">Too many ask already.</exception>
    public Task<Fold> FoldAsync(UserId user, bool withBrought) => _folds.AskAsync(new(user, withBrought, _deadline));

    /// <summary>Whether the match has a session that is not over.</summary>
    /// <param name="match">The match.</param>
    /// <exception cref="StorageFailedException">The database did not answer in time.</exception>
    /// <exception cref="StorageOverloadedException">Too many ask already.</exception>
    public Task<bool> HasActiveSessionAsync(MatchId match) => _activeSessions.AskAsync(new(match, _deadline));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _observation.Dispose();
        await _folds.DisposeAsync();
        await _activeSessions.DisposeAsync();
        await _database.DisposeAsync();
    }
}
