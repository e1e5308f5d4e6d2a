using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>One state's place in a batch, and the promise of its outcome.</summary>
/// <typeparam name="TResult">What the caller waits for.</typeparam>
/// <param name="key">The row.</param>
/// <param name="timeout">How long the caller waits.</param>
internal abstract class BatchRequest<TResult>(GrainRowKey key, TimeSpan timeout)
    // Continuations are grain turns and must not run on the lane that completes them.
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly long _deadline = Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);

    public GrainRowKey Key { get; } = key;

    /// <summary>
    /// A row beside its own that the request changes, with who changes it. One batch has requests of one such writer only
    /// for each row; null for none.
    /// </summary>
    public virtual (Guid Row, object Writer)? SharedRow => null;

    public bool IsOverdue => Stopwatch.GetTimestamp() > _deadline;
}
