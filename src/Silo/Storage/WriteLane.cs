using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>
/// Takes what waits to be written, commits it as one statement, and tells each writer its outcome: stored, conflicted, or
/// failed. While its commit is in flight the next batch gathers in the queue.
/// </summary>
internal sealed partial class WriteLane(
    int lane,
    WriteQueue queue,
    NpgsqlDataSource database,
    RowMappings mappings,
    StorageOptions options,
    string serviceId,
    ILogger logger) : IAsyncDisposable
{
    /// <summary>How often a batch that was rolled back is sent again as it is before it is split.</summary>
    private const int MaxRepeats = 3;

    /// <summary>How often a connection may break under a batch before the batch itself is suspected, and split.</summary>
    private const int MaxBreaks = 2;

    /// <summary>The same for a single write, which then ends as unknown: others wait for the lane.</summary>
    private const int MaxBreaksAlone = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly LaneConnection _connection = new(database, options);
    private readonly Dictionary<(int Mappings, bool IsRepeat), WriteStatement> _statements = [];
    private readonly ReadStatement _verify = new(serviceId, []);

    /// <summary>Runs until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        List<WriteRequest> batch = [];
        List<WriteRequest> held = [];
        while (await queue.TakeAsync(lane, batch, held))
        {
            // Every statement takes its rows in one order, so that no two of them wait for each other.
            batch.Sort(static (one, other) => one.Key.CompareTo(other.Key));
            try
            {
                await SettleAsync(batch);
            }
            catch (Exception exception)
            {
                // A defect of ours must not leave anyone waiting, nor end the lane.
                LogLaneFailed(exception, batch.Count);
                await _connection.DropAsync();
                foreach (var request in batch) request.TrySetException(Failed(request));
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Sends a batch, again or in parts, until the outcome of each of its writes is clear or its time is up.</summary>
    private async Task SettleAsync(List<WriteRequest> batch)
    {
        var pause = FirstPause;
        for (int repeats = 0, breaks = 0; ;)
        {
            if (repeats > 0 || batch.Exists(request => request.MayBeStored)) StorageMetrics.Retries.Add(1);
            FailOverdue(batch);
            if (batch.Count == 0) return;

            var sent = false;
            try
            {
                var statement = StatementFor(batch, isRepeat: repeats > 0);
                var command = await _connection.GetBatchAsync(statement);
                queue.Locate(_connection.RoundTrip);
                sent = true;
                statement.Fill(batch);
                await ExecuteAsync(command, batch);
                await VerifyAsync(batch);
                return;
            }
            catch (Exception exception) when (exception is not DurabilityException)
            {
                var failure = sent ? DatabaseError.Classify(exception) : AttemptFailure.Unknown;
                LogAttemptFailed(batch.Count, failure, DatabaseError.Describe(exception));
                switch (failure)
                {
                    case AttemptFailure.Unknown:
                        // Sending again settles it: the version check lets a write through at most once, and waits for a
                        // transaction of ours that may still be running on the server.
                        if (sent) batch.ForEach(request => request.MayBeStored = true);
                        await _connection.DropAsync();
                        if (sent && ++breaks >= (batch.Count > 1 ? MaxBreaks : MaxBreaksAlone)) break;
                        await Task.Delay(pause);
                        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                        continue;
                    case AttemptFailure.RolledBack when ++repeats <= MaxRepeats:
                        if (exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }) await _connection.DropAsync();
                        await Task.Delay(Random.Shared.Next(1, 10));
                        continue;
                }

                if (failure != AttemptFailure.Unknown && exception is not PostgresException) await _connection.DropAsync();
                if (batch.Count == 1)
                {
                    FailAlone(batch[0], failure, exception);
                    return;
                }
            }

            var half = batch.Count / 2;
            await SettleAsync(batch[..half]);
            await SettleAsync(batch[half..]);
            return;
        }
    }

    /// <summary>Sends the batch; those that were stored are told and leave it.</summary>
    private static async Task ExecuteAsync(NpgsqlBatch command, List<WriteRequest> batch)
    {
        var begun = Stopwatch.GetTimestamp();
        List<int> won = new(batch.Count);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync()) won.Add((int)reader.GetInt64(0) - 1);

            // The rows and their end may come before the commit. What tells of that is read here: disposing the reader
            // reads it too, but takes a timeout for an end.
            await reader.NextResultAsync();
        }

        StorageMetrics.CommitTime.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        StorageMetrics.WriteBatchSize.Record(batch.Count);
        foreach (var index in won)
        {
            var request = batch[index];
            request.TrySetResult(request.NewVersion);
        }

        batch.RemoveAll(static request => request.Task.IsCompleted);
    }

    /// <summary>
    /// Tells the writes that lost their version check. One whose earlier attempt broke off may have lost it to itself:
    /// the row then has the version and the payload that it wrote. A row that has moved on, or is gone, keeps that secret.
    /// </summary>
    private async Task VerifyAsync(List<WriteRequest> batch)
    {
        Conflict(batch.Where(static request => !request.MayBeStored));
        batch.RemoveAll(static request => !request.MayBeStored);
        if (batch.Count == 0) return;

        _verify.Clear();
        foreach (var request in batch) _verify.Add(request.Key, null);
        var command = await _connection.GetBatchAsync(_verify);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                var request = batch[(int)reader.GetInt64(0) - 1];
                var payload = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
                if (reader.GetInt32(2) != request.NewVersion) continue;
                if ((payload ?? []).AsSpan().SequenceEqual(request.Payload ?? [])) request.TrySetResult(request.NewVersion);
                else Conflict([request]);
            }
        }

        foreach (var request in batch.Where(static request => !request.Task.IsCompleted)) request.TrySetException(Failed(request));
    }

    private WriteStatement StatementFor(List<WriteRequest> batch, bool isRepeat)
    {
        var mask = 0;
        for (var index = 0; index < mappings.All.Count; index++)
        {
            var mapping = mappings.All[index];
            if (batch.Exists(request => request.Mapping == mapping)) mask |= 1 << index;
        }

        if (!_statements.TryGetValue((mask, isRepeat), out var statement))
        {
            statement = new WriteStatement(serviceId, mappings.All.Where((_, index) => (mask & (1 << index)) != 0), isRepeat);
            _statements.Add((mask, isRepeat), statement);
        }

        return statement;
    }

    private static void FailOverdue(List<WriteRequest> batch)
    {
        foreach (var request in batch)
        {
            if (request.IsOverdue) request.TrySetException(Failed(request));
        }

        batch.RemoveAll(static request => request.Task.IsCompleted);
    }

    private static void Conflict(IEnumerable<WriteRequest> requests)
    {
        foreach (var request in requests)
        {
            StorageMetrics.Conflicts.Add(1);
            request.TrySetException(new InconsistentStateException(
                $"The state {request.Key} is not at version {request.ExpectedVersion?.ToString() ?? "none"} any more: another activation stored it first."));
        }
    }

    private void FailAlone(WriteRequest request, AttemptFailure failure, Exception exception)
    {
        var isRefusal = failure is AttemptFailure.BadRow || exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
        if (isRefusal && !request.MayBeStored)
        {
            LogRefused(exception, request.Key);
            StorageMetrics.Failures.Add(1);
            request.TrySetException(new StorageRefusedException($"The database refuses the state {request.Key} ({DatabaseError.Describe(exception)})."));
            return;
        }

        request.TrySetException(Failed(request));
    }

    private static StorageFailedException Failed(WriteRequest request)
    {
        StorageMetrics.Failures.Add(1);
        return new(request.MayBeStored
            ? $"Whether the state {request.Key} was stored is unknown: the connection broke, and the database did not tell in time."
            : $"The state {request.Key} was not stored: the database did not take it in time.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A commit of {Count} states failed ({Failure}: {Error}); it is settled")]
    private partial void LogAttemptFailed(int count, AttemptFailure failure, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refuses the state {Key}")]
    private partial void LogRefused(Exception exception, GrainRowKey key);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} writes was abandoned")]
    private partial void LogLaneFailed(Exception exception, int count);
}
