using System.Diagnostics;

namespace Wingman.Silo.Storage.Batching;

/// <summary>One caller's place in a batch, and the promise of its outcome.</summary>
/// <typeparam name="TResult">What the caller waits for.</typeparam>
/// <param name="timeout">How long the caller waits.</param>
internal abstract class BatchRequest<TResult>(TimeSpan timeout)
    // Continuations are grain turns and must not run on the lane that completes them.
    : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly long _begun = Stopwatch.GetTimestamp();

    /// <summary>What is asked for, as a sentence begins.</summary>
    public abstract string Subject { get; }

    /// <summary>Since when the caller waits.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_begun);

    public bool IsOverdue => Age > timeout;
}
