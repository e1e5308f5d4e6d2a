using Microsoft.Extensions.Logging;
using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>Takes what waits to be read and reads it in one round trip. Reads may be repeated, so every failure is, in time.</summary>
internal sealed partial class ReadLane<TRequest, TResult>(
    int lane,
    BatchQueue<TRequest, TResult> queue,
    NpgsqlDataSource database,
    IBatchedRead<TRequest> read,
    StorageOptions options,
    ILogger logger) : IAsyncDisposable
    where TRequest : BatchRequest<TResult>
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly LaneConnection _connection = new(database, options);

    /// <summary>Runs until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        List<TRequest> batch = [];
        while (await queue.TakeAsync(lane, batch))
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

    private async Task SettleAsync(List<TRequest> batch)
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
                var command = await _connection.GetBatchAsync(read.Statement);
                queue.Locate(_connection.RoundTrip);
                isConnected = true;
                await ExecuteAsync(command, batch);
                return;
            }
            catch (Exception exception)
            {
                var failure = isConnected ? DatabaseError.Classify(exception) : AttemptFailure.Unknown;
                LogAttemptFailed(batch.Count, DatabaseError.Describe(exception));
                await _connection.DropAsync();

                // What takes too long must not hold up its neighbours, and a row that cannot be read not spoil theirs.
                var isSplit = batch.Count > 1 && (failure is AttemptFailure.TooSlow or AttemptFailure.BadRow);
                if (!isSplit)
                {
                    if (failure == AttemptFailure.BadRow)
                    {
                        // It will not become readable by repeating.
                        LogUnreadable(exception, batch[0].Subject);
                        Fail(batch[0]);
                        return;
                    }

                    StorageMetrics.Retries.Add(1);
                    await Task.Delay(pause);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    continue;
                }
            }

            var half = batch.Count / 2;
            await SettleAsync(batch[..half]);
            await SettleAsync(batch[half..]);
            return;
        }
    }

    private async Task ExecuteAsync(NpgsqlBatch command, List<TRequest> batch)
    {
        read.Fill(batch);
        StorageMetrics.ReadBatchSize.Record(batch.Count);

        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync()) read.Answer(batch[(int)reader.GetInt64(0) - 1], reader);

        foreach (var request in batch)
        {
            if (!request.Task.IsCompleted) read.Answer(request, null);
        }
    }

    private static void Fail(TRequest request)
    {
        var failure = new StorageFailedException($"{request.Subject} could not be read{(request.IsOverdue ? " in time" : "")}.");
        if (request.TrySetException(failure)) StorageMetrics.Failures.Add(1);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A read of {Count} failed ({Error}); it is settled")]
    private partial void LogAttemptFailed(int count, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Subject} cannot be read")]
    private partial void LogUnreadable(Exception exception, string subject);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} reads was abandoned")]
    private partial void LogLaneFailed(Exception exception, int count);
}
