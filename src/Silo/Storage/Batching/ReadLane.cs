using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>Reads what waits to be read, in one round trip.</summary>
internal sealed partial class ReadLane<TRequest, TResult>(
    int number, BatchQueue<TRequest, TResult> queue, LaneConnection connection, IBatchedRead<TRequest, TResult> read, ILogger logger)
    : Lane<TRequest, TResult>(number, queue, connection, logger)
    where TRequest : BatchRequest<TResult>
{
    protected override async Task ExecuteAsync(List<TRequest> batch)
    {
        var command = await Connection.GetBatchAsync(read.Statement);
        read.Fill(batch);

        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync()) Answer(batch[(int)reader.GetInt64(0) - 1], reader);

        foreach (var request in batch)
        {
            if (!request.Task.IsCompleted) request.TrySetResult(read.Read(request, null, Connection.Era));
        }
    }

    protected override void Refuse(TRequest request, Exception exception) => Unreadable(request, exception);

    // A row that cannot be decoded fails only the request for it.
    private void Answer(TRequest request, NpgsqlDataReader row)
    {
        try
        {
            request.TrySetResult(read.Read(request, row, Connection.Era));
        }
        catch (Exception exception) when (exception is InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            Unreadable(request, exception);
        }
    }

    private void Unreadable(TRequest request, Exception exception)
    {
        LogUnreadable(Logger, exception, request.Subject);
        request.Fail(StorageFailure.Failed, "the row cannot be read");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The row of {Subject} cannot be read")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string subject);
}
