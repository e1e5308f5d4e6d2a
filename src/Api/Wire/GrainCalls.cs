using Orleans.Runtime.Messaging;

namespace Wingman.Wire;

/// <summary>What a call brought.</summary>
/// <param name="Value">The grain's answer.</param>
/// <param name="MayHaveRunBefore">Whether an earlier attempt of this very call may have done its work already.</param>
internal readonly record struct GrainAnswer<T>(T Value, bool MayHaveRunBefore);

/// <summary>
/// Calls grains, and calls again where a silo vanished under the call, within the request's <see cref="Deadline"/>. What fails
/// for good is thrown, for <see cref="FailureHandler"/> to answer.
/// </summary>
internal sealed class GrainCalls(IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ApiMetrics metrics)
{
    /// <summary>A request's time: after it, no call is begun and none is waited for.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    // After a conflict the next attempt reads the row again. A silo's death is known to the
    // others after a second or two.
    private static readonly TimeSpan AfterConflict = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan[] AfterLoss = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)];

    /// <summary>Makes a call that may run twice without harm, as all of the API's may.</summary>
    /// <param name="argument">What the call needs; handed over so that the call captures nothing.</param>
    /// <param name="call">The call.</param>
    public async Task<GrainAnswer<TAnswer>> IdempotentAsync<TArgument, TAnswer>(TArgument argument, Func<IGrainFactory, TArgument, Task<TAnswer>> call)
    {
        var started = time.GetTimestamp();
        var mayHaveRun = false;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause = null;
            try
            {
                ThrowIfStarting();
                // The first attempt ends by Orleans' own response timeout; a timer of ours per call would cost the hot path.
                var answer = attempt == 1
                    ? await call(grains, argument)
                    : await call(grains, argument).WaitAsync(Remaining(started), time);
                return new(answer, mayHaveRun);
            }
            catch (Exception exception) when (ShouldRetry(exception, attempt, time.GetElapsedTime(started), out pause))
            {
                mayHaveRun |= CallFailures.Classify(exception) == CallFailure.OutcomeUnknown;
            }
            metrics.CallRetried();
            await Task.Delay(pause!.Value, time);
        }
    }

    private static bool ShouldRetry(Exception exception, int attempt, TimeSpan elapsed, out TimeSpan? pause)
    {
        pause = null;
        if (attempt > AfterLoss.Length)
            return false;
        TimeSpan? longest = CallFailures.Classify(exception) switch
        {
            CallFailure.Conflict => AfterConflict * attempt,
            CallFailure.NotRun or CallFailure.OutcomeUnknown => AfterLoss[attempt - 1],
            _ => null,
        };
        if (longest is null || elapsed + longest >= Deadline)
            return false;
        // Whoever lost a call to the same silo would call again at the same moment.
        pause = longest * (0.5 + (0.5 * Random.Shared.NextDouble()));
        return true;
    }

    // The front door listens before the silo or client behind it has started, when there is nothing to call with.
    private void ThrowIfStarting()
    {
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
            throw new ConnectionFailedException("This host is still starting.");
    }

    private TimeSpan Remaining(long started)
    {
        var remaining = Deadline - time.GetElapsedTime(started);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
