using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>One caller's place in a batch, and the result that it waits for.</summary>
/// <typeparam name="TResult">The result.</typeparam>
/// <param name="timeout">How long the caller waits.</param>
internal abstract class BatchRequest<TResult>(TimeSpan timeout)
    // Continuations are grain turns and must not run on the lane that completes them.
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private StorageMetrics? _metrics;

    /// <summary>What is asked for, for messages, with ids.</summary>
    public abstract string Subject { get; }

    /// <summary>The row that the request changes; null where requests for one row may share a batch.</summary>
    public virtual Guid? Row => null;

    /// <summary>Whether the request is not sent together with others, because its statement waits for a lock that it cannot skip.</summary>
    public bool GoesAlone { get; set; }

    /// <summary>The traceparent of the caller; null without one, or if no spans are collected.</summary>
    public string? TraceParent { get; } = StorageTracing.TraceParent;

    /// <summary>Since when the caller waits.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Whether the request's time is up.</summary>
    public bool IsOverdue => Age > timeout;

    /// <summary>Ends the request because its time is up.</summary>
    public void TimeOut() => Fail(StorageFailure.Unavailable, "the database did not execute it in time");

    /// <summary>Ends the request with a failure, unless it has ended.</summary>
    public virtual void Fail(StorageFailure failure, string why)
    {
        if (TrySetException(new StorageException(failure, $"{Subject}: {why}."))) _metrics?.Failed(failure);
    }

    /// <summary>Says where the request is counted, should it fail.</summary>
    public void CountIn(StorageMetrics metrics) => _metrics = metrics;
}
