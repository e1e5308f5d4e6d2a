using System.Diagnostics;
using Npgsql;
using Orleans.Storage;
using Wingman.State;

namespace Wingman.Silo.Storage.Batching;

/// <summary>Commits the writes that wait as one statement, and gives each writer its result: stored, or a conflict.</summary>
/// <param name="number">Which lane: 0 for the first.</param>
/// <param name="queue">Where writes wait.</param>
/// <param name="connection">The lane's own connection.</param>
/// <param name="plain">The statement, which waits for locked rows as long as the lock timeout allows.</param>
/// <param name="skipping">The statement that skips locked rows.</param>
/// <param name="contention">Whether rows were recently found locked, shared by the lanes of a queue.</param>
/// <param name="logger">The log.</param>
internal sealed partial class WriteLane<TRequest>(
    int number,
    BatchQueue<TRequest, RowVersion> queue,
    LaneConnection connection,
    IBatchedWrite<TRequest> plain,
    IBatchedWrite<TRequest> skipping,
    LockContention contention,
    ILogger logger) : Lane<TRequest, RowVersion>(number, queue, connection, logger)
    where TRequest : WriteRequest
{
    private readonly List<Task> _deferrals = [];
    private readonly List<TRequest> _deferred = [];
    private bool _skipsLocks;

    protected override bool IsWrite => true;

    protected override bool SkipsLocks => _skipsLocks;

    protected override IReadOnlyCollection<TRequest> Deferred => _deferred;

    protected override async Task ExecuteAsync(List<TRequest> batch)
    {
        // A row was read after a failover, and this lane has been idle since before it: its connection leads to the lost server. Only a use
        // of the connection would show that. But it would never be used, since all writes that follow would be taken for conflicts.
        if (batch.Exists(request => request.Expected is { } expected && expected.Era > Connection.Era))
        {
            await Connection.DropAsync();
            await Connection.OpenAsync();
        }

        // A version from before a failover is not comparable: the ids of transactions may have been used again.
        foreach (var request in batch)
        {
            if (request.Expected is { } expected && expected.Era != Connection.Era) Conflict(request, ConflictCause.Failover);
        }

        batch.RemoveAll(static request => request.Task.IsCompleted);
        if (batch.Count == 0) return;

        _skipsLocks = contention.IsRecent;
        var write = _skipsLocks ? skipping : plain;
        var command = await Connection.GetBatchAsync(write.Statement);
        write.Fill(batch);

        var begun = Stopwatch.GetTimestamp();
        var versions = new uint?[batch.Count];
        var isLocked = new bool[batch.Count];
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                var index = (int)reader.GetInt64(0) - 1;
                if (reader.IsDBNull(1)) isLocked[index] = true;
                else versions[index] = reader.GetFieldValue<uint>(1);
            }

            // The rows and their end may come before the commit. The message that confirms the commit is read here. Disposing of the reader
            // reads it too, but treats a timeout as the end of the results.
            await reader.NextResultAsync();
        }

        Metrics.Committed(Stopwatch.GetElapsedTime(begun));
        RemoveEnded();
        for (var index = 0; index < batch.Count; index++)
        {
            if (versions[index] is { } version) batch[index].TrySetResult(new(Connection.Era, version));
            else if (isLocked[index]) DeferLocked(batch[index]);
            else Conflict(batch[index], batch[index].HasUnknownOutcome ? ConflictCause.UnknownOutcome : ConflictCause.Changed);
        }
    }

    protected override void OnFailed(List<TRequest> batch, AttemptFailure failure, bool isSent)
    {
        if (failure == AttemptFailure.Locked) contention.Record();
        // Sending again resolves an unknown outcome: the version check lets the write through at most once, and waits for a
        // transaction of ours that may still run on the server. If the first attempt was committed, the second one finds
        // another version; the grain then reads the row and sees its own change.
        if (failure == AttemptFailure.Unknown && isSent) batch.ForEach(static request => request.HasUnknownOutcome = true);
    }

    // Another program has inserted a row with the same key, or holds the row that a reference leads to, and has not committed.
    protected override void Defer(TRequest request)
    {
        // While the other program holds its lock, every attempt ends here. Requests that have ended are removed, so that the lists do not grow.
        RemoveEnded();
        request.GoesAlone = true;
        DeferLocked(request);
    }

    // Each is put back into the closed queue, which refuses it, and its writer gets that failure.
    protected override Task EndAsync() => Task.WhenAll(_deferrals);

    protected override void Refuse(TRequest request, Exception exception)
    {
        // Another writer inserted the row that this one was to insert. The grain reads it and decides again.
        if (request.HasUnknownOutcome || exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            Conflict(request, request.HasUnknownOutcome ? ConflictCause.UnknownOutcome : ConflictCause.Inserted);
            return;
        }

        // Not the exception: the message of a constraint's trigger, and its context, may repeat the values.
        var error = DatabaseError.Describe(exception);
        LogRefused(Logger, request.Subject, error);
        request.Fail(StorageFailure.Refused, $"the database refuses the values ({error})");
    }

    private void Conflict(TRequest request, ConflictCause cause)
    {
        var message = $"{request.Subject}: the row has changed since it was read.";
        if (request.TrySetException(request.HasUnknownOutcome ? new UnknownOutcomeException(message) : new InconsistentStateException(message)))
            Metrics.Conflicted(cause);
    }

    private void RemoveEnded()
    {
        _deferrals.RemoveAll(static one => one.IsCompleted);
        _deferred.RemoveAll(static request => request.Task.IsCompleted);
    }

    private void DeferLocked(TRequest request)
    {
        contention.Record();
        if (request.TimesLocked++ == 0)
        {
            Metrics.Locked();
            _deferred.Add(request);
        }

        _deferrals.Add(RetryLaterAsync(request));
    }

    /// <summary>Lets a request that met a lock wait outside the lanes, and puts it into the queue again after a pause.</summary>
    private async Task RetryLaterAsync(TRequest request)
    {
        await Task.Delay(LockContention.RetryDelay(request.TimesLocked, request.GoesAlone));
        if (request.IsOverdue)
        {
            request.Fail(StorageFailure.Unavailable, "another transaction holds a lock that it needs");
            return;
        }

        try
        {
            _ = Queue.EnqueueAsync(request);
        }
        catch (StorageException exception)
        {
            request.Fail(exception.Failure, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refuses the values of {Subject} ({Error})")]
    private static partial void LogRefused(ILogger logger, string subject, string error);
}
