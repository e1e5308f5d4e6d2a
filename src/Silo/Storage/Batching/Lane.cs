using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Takes what waits, sends it to the database as one statement, and gives each request its result. While a statement is in
/// flight the next batch collects in the queue.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
/// <param name="number">Which lane: 0 for the first.</param>
/// <param name="queue">Where requests wait.</param>
/// <param name="connection">The lane's own connection.</param>
/// <param name="logger">The log.</param>
internal abstract partial class Lane<TRequest, TResult>(
    int number, BatchQueue<TRequest, TResult> queue, LaneConnection connection, ILogger logger) : IAsyncDisposable
    where TRequest : BatchRequest<TResult>
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    // The requests that the watchdog ends at their deadline while the lane is working: those of the batch, and those that cannot be served
    // before the batch has ended.
    private volatile TRequest[] _inFlight = [];
    private long _begunAt;

    /// <summary>For how long the lane has been working on its present batch; zero if it has none.</summary>
    public TimeSpan BatchDuration => _inFlight.Length == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Interlocked.Read(ref _begunAt));

    protected LaneConnection Connection => connection;

    protected BatchQueue<TRequest, TResult> Queue => queue;

    protected StorageMetrics Metrics => queue.Metrics;

    /// <summary>Whether the lane writes.</summary>
    protected virtual bool IsWrite => false;

    /// <summary>Whether the last attempt skipped locked rows, so that a lock it met is of another kind.</summary>
    protected virtual bool SkipsLocks => false;

    /// <summary>Deferred requests: they wait outside the lane, or were put back into the queue behind younger ones.</summary>
    protected virtual IReadOnlyCollection<TRequest> Deferred => [];

    protected ILogger Logger => logger;

    /// <summary>Runs until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        List<TRequest> batch = [];
        List<TRequest> held = [];
        while (await queue.TakeAsync(number, batch, held))
        {
            // Another lane was faster.
            if (batch.Count == 0) continue;

            Interlocked.Exchange(ref _begunAt, Stopwatch.GetTimestamp());
            TRequest[] taken = [.. batch];
            _inFlight = held.Count == 0 && Deferred.Count == 0 ? taken : [.. taken, .. held, .. Deferred];
            // The first has waited longest.
            Metrics.BatchTaken(batch.Count, batch[0].Age, IsWrite);
            try
            {
                // Every statement takes its rows in the order of their ids, so that no two of them wait for each other.
                if (batch[0].Row is not null) batch.Sort(static (one, other) => Nullable.Compare(one.Row, other.Row));
                await ExecuteAllAsync(batch);
            }
            catch (Exception exception)
            {
                // A defect of ours must neither leave a caller without a result nor end the lane.
                LogLaneFailed(exception, taken.Length);
                await connection.DropAsync();
                foreach (var request in taken) request.Fail(StorageFailure.Failed, "an unexpected error");
            }
            finally
            {
                _inFlight = [];
            }
        }

        await EndAsync();
    }

    /// <summary>
    /// While the lane is working, ends the requests whose time is up: those in flight, of which it is then unknown what the database does
    /// with them, and those that wait for the lane outside the queue.
    /// </summary>
    public void FailOverdue()
    {
        foreach (var request in _inFlight)
        {
            if (request.IsOverdue) request.TimeOut();
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Sends a batch, and gives every request its result or defers it. Throws what the driver throws.</summary>
    protected abstract Task ExecuteAsync(List<TRequest> batch);

    /// <summary>Ends a request that the database refused because of its values when it was sent alone.</summary>
    protected abstract void Refuse(TRequest request, Exception exception);

    /// <summary>Defers a request that failed at a lock when it was sent alone: it waits outside the lane. Called only where <see cref="SkipsLocks"/>.</summary>
    protected virtual void Defer(TRequest request) => throw new NotSupportedException($"{request.Subject}: this lane takes no locks.");

    /// <summary>Called when an attempt failed, before it is retried. <paramref name="isSent"/>: whether the database may have got it.</summary>
    protected virtual void OnFailed(List<TRequest> batch, AttemptFailure failure, bool isSent)
    {
    }

    /// <summary>Waits for deferred requests, which are still outside the queue when it is closed and empty.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;

    // A request that waits for a lock that its statement cannot skip would keep the others waiting. So it is sent alone, after them.
    private async Task ExecuteAllAsync(List<TRequest> batch)
    {
        List<TRequest> alone = batch.Exists(static request => request.GoesAlone) ? batch.FindAll(static request => request.GoesAlone) : [];
        if (alone.Count > 0) batch.RemoveAll(static request => request.GoesAlone);
        await ExecuteWithRetryAsync(batch);
        foreach (var request in alone) await ExecuteWithRetryAsync([request]);
    }

    /// <summary>Sends a batch, again or in parts, until each of its requests has its result, is deferred, or its time is up.</summary>
    /// <param name="batch">The requests.</param>
    /// <param name="isSuspect">Whether it is part of a batch on which the connection broke again and again.</param>
    private async Task ExecuteWithRetryAsync(List<TRequest> batch, bool isSuspect = false)
    {
        var pause = FirstPause;
        for (var breaks = 0; ;)
        {
            FailOverdue(batch);
            if (batch.Count == 0) return;

            var (isSent, isOfOne) = (false, false);
            AttemptFailure failure;
            try
            {
                await connection.OpenAsync();
                queue.SetRoundTrip(connection.RoundTrip);
                isSent = true;
                await SendAsync(batch);
                connection.Reachability.Answered();
                return;
            }
            catch (Exception exception)
            {
                failure = isSent || exception is DurabilityException ? DatabaseError.Classify(exception) : AttemptFailure.Unknown;
                isOfOne = DatabaseError.MayBeOfOneRequest(exception, failure) && (failure != AttemptFailure.Locked || SkipsLocks);
                LogAttemptFailed(batch.Count, failure, DatabaseError.Describe(exception));
                if (failure == AttemptFailure.Unknown) connection.Reachability.Failed();
                else if (DatabaseError.IsAnswer(exception)) connection.Reachability.Answered();
                // Connecting again for each part of a batch would take more time than its requests have.
                var isToBeSplit = isOfOne && batch.Count > 1;
                if (!DatabaseError.LeavesConnectionUsable(exception, failure, isToBeSplit)) await connection.DropAsync();

                OnFailed(batch, failure, isSent);
                if (!isToBeSplit && (isOfOne || failure == AttemptFailure.Failed))
                {
                    EndEach(batch, failure, exception);
                    return;
                }
            }

            // A request that the database refuses, that it cannot execute, that waits for a lock, or that ends the server's process
            // again and again, must not make the other requests fail or wait.
            var breaksAgain = failure == AttemptFailure.Unknown && isSent && ++breaks > 2;
            if (batch.Count > 1 && (isOfOne || breaksAgain))
            {
                var half = batch.Count / 2;
                await ExecuteWithRetryAsync(batch[..half], breaksAgain);
                await ExecuteWithRetryAsync(batch[half..], breaksAgain);
                return;
            }

            // The other half waits for this lane, so a request that is found to break the connection gets no further attempt.
            if (isSuspect && breaksAgain)
            {
                batch[0].Fail(StorageFailure.Unavailable, "the connection broke each time that it was sent");
                return;
            }

            Metrics.Retried(failure);
            if (failure is AttemptFailure.StatementGone or AttemptFailure.Locked && pause == FirstPause)
            {
                // The next attempt differs: it prepares the statement again, or skips locked rows.
                pause *= 2;
                continue;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // The batch is one request, unless the statement itself failed.
    private void EndEach(List<TRequest> batch, AttemptFailure failure, Exception exception)
    {
        foreach (var request in batch)
        {
            if (failure == AttemptFailure.BadValue) Refuse(request, exception);
            else if (failure == AttemptFailure.Locked) Defer(request);
            else request.Fail(StorageFailure.Failed, DatabaseError.Describe(exception));
        }
    }

    private async Task SendAsync(List<TRequest> batch)
    {
        using var span = StorageTracing.Start<TRequest, TResult>(queue.Name, batch);
        try
        {
            await ExecuteAsync(batch);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, DatabaseError.Describe(exception));
            throw;
        }
    }

    private static void FailOverdue(List<TRequest> batch)
    {
        foreach (var request in batch)
        {
            if (request.IsOverdue) request.TimeOut();
        }

        batch.RemoveAll(static request => request.Task.IsCompleted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} failed ({Failure}: {Error}); it is retried, or its requests fail")]
    private static partial void LogAttemptFailed(ILogger logger, int count, AttemptFailure failure, string error);

    private void LogAttemptFailed(int count, AttemptFailure failure, string error) => LogAttemptFailed(logger, count, failure, error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} was abandoned")]
    private static partial void LogLaneFailed(ILogger logger, Exception exception, int count);

    private void LogLaneFailed(Exception exception, int count) => LogLaneFailed(logger, exception, count);
}
