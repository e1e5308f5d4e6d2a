using Microsoft.Extensions.Logging;
using Npgsql;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>Takes what waits to be read and reads it in one round trip. Reads may be repeated, so every failure is, in time.</summary>
internal sealed partial class ReadLane(
    BatchQueue<ReadRequest, ReadResult> queue,
    NpgsqlDataSource database,
    RowMappings mappings,
    StorageOptions options,
    string serviceId,
    ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly LaneConnection _connection = new(database, options);
    private readonly ReadStatement _statement = new(serviceId, mappings.All);

    /// <summary>Runs until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        List<ReadRequest> batch = [];
        List<ReadRequest> held = [];
        while (await queue.TakeAsync(batch, held, options.MaxBatch))
        {
            try
            {
                await SettleAsync(batch);
            }
            catch (Exception exception)
            {
                // A defect of ours must not leave anyone waiting, nor end the lane.
                LogLaneFailed(exception, batch.Count);
                foreach (var request in batch) Fail(request);
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task SettleAsync(List<ReadRequest> batch)
    {
        var pause = FirstPause;
        while (true)
        {
            foreach (var request in batch)
            {
                if (request.IsOverdue) Fail(request);
            }

            batch.RemoveAll(static request => request.Task.IsCompleted);
            if (batch.Count == 0) return;

            var isConnected = false;
            try
            {
                var command = await _connection.GetBatchAsync(_statement);
                isConnected = true;
                await ExecuteAsync(command, batch);
                return;
            }
            catch (Exception exception)
            {
                LogAttemptFailed(batch.Count, DatabaseError.Describe(exception));
                await _connection.DropAsync();
                if (!isConnected || DatabaseError.Classify(exception) != AttemptFailure.BadRow)
                {
                    StorageMetrics.Retries.Add(1);
                    await Task.Delay(pause);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    continue;
                }

                // A row that cannot be read will not become readable by repeating.
                if (batch.Count == 1)
                {
                    LogUnreadable(exception, batch[0].Key);
                    Fail(batch[0]);
                    return;
                }
            }

            var half = batch.Count / 2;
            await SettleAsync(batch[..half]);
            await SettleAsync(batch[half..]);
            return;
        }
    }

    private async Task ExecuteAsync(NpgsqlBatch command, List<ReadRequest> batch)
    {
        _statement.Clear();
        foreach (var request in batch) _statement.Add(request.Key, request.Mapping);
        StorageMetrics.ReadBatchSize.Record(batch.Count);

        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var request = batch[(int)reader.GetInt64(0) - 1];
            var payload = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
            int? version = reader.IsDBNull(2) ? null : reader.GetInt32(2);
            request.TrySetResult(new(payload, version, version is null ? Adopt(reader, request.Mapping) : null));
        }

        foreach (var request in batch) request.TrySetResult(default);
    }

    private object? Adopt(NpgsqlDataReader reader, RowMapping? mapping)
    {
        for (var index = 0; index < mappings.All.Count; index++)
        {
            var adopted = _statement.AdoptedColumn(index);
            if (mappings.All[index] == mapping && !reader.IsDBNull(adopted)) return mapping.Adopt(reader, adopted + 1);
        }

        return null;
    }

    private static void Fail(ReadRequest request)
    {
        var failure = new StorageFailedException($"The state {request.Key} could not be read{(request.IsOverdue ? " in time" : "")}.");
        if (request.TrySetException(failure)) StorageMetrics.Failures.Add(1);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A read of {Count} states failed ({Error}); it is settled")]
    private partial void LogAttemptFailed(int count, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The state {Key} cannot be read")]
    private partial void LogUnreadable(Exception exception, GrainRowKey key);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} reads was abandoned")]
    private partial void LogLaneFailed(Exception exception, int count);
}
