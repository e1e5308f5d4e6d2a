using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Orleans.Runtime.Messaging;

namespace Wingman.Calls;

/// <summary>The result of a call.</summary>
/// <param name="Value">The grain's answer.</param>
/// <param name="MayHaveRunBefore">Whether an earlier attempt of this same call may already have done its work.</param>
internal readonly record struct GrainAnswer<T>(T Value, bool MayHaveRunBefore);

/// <summary>
/// Calls grains, and retries a call whose silo failed meanwhile, within the request's <see cref="Deadline"/>. If no retry is left, the
/// exception is thrown, and <see cref="CallFailures"/> says what is known of its effect. That nothing was done is true of all attempts.
/// </summary>
/// <param name="grains">The grains.</param>
/// <param name="lifetime">Says when this host has started.</param>
/// <param name="time">The clock.</param>
/// <param name="meters">Makes the counter of retries.</param>
/// <param name="lostSilos">Where the silos are other processes, says which calls are lost.</param>
internal sealed class GrainCalls(IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, IMeterFactory meters, LostSilos? lostSilos = null)
{
    /// <summary>A request's deadline: after it, no call is started, and the wait for a running call ends.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    /// <summary>How long an attempt waits for this host to start.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(1);

    // After a conflict the next attempt reads the row again.
    private static readonly TimeSpan[] AfterConflict = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20)];

    // A silo that was killed refuses connections, so the others usually declare it dead before the last attempt. A silo that hangs is
    // declared dead only after 6 to 8 seconds (docs/decisions/0004-membership.md).
    private static readonly TimeSpan[] AfterLoss =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)];

    private readonly Counter<long> _retried = CreateCounter(meters);

    /// <summary>Cancelled when the calls that begin now are lost with a silo; never where the silo is in this process.</summary>
    public CancellationToken CallsOfNow => lostSilos?.CallsOfNow ?? CancellationToken.None;

    /// <summary>Makes a call that may run twice without harm, like all calls of the API.</summary>
    /// <param name="argument">The call's data; passed as an argument so that the delegate captures nothing.</param>
    /// <param name="call">The call.</param>
    /// <param name="isFrequent">Whether it is one of the calls that are made most: they carry a trace only if it is recorded.</param>
    /// <param name="text">The call's source text, for its span.</param>
    public async Task<GrainAnswer<TAnswer>> IdempotentAsync<TArgument, TAnswer>(
        TArgument argument, Func<IGrainFactory, TArgument, Task<TAnswer>> call, bool isFrequent = false, [CallerArgumentExpression(nameof(call))] string text = "")
    {
        using var span = CallTrace.Begin(text, isFrequent);
        var started = time.GetTimestamp();
        var mayHaveRun = false;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause = null;
            try
            {
                if (!lifetime.ApplicationStarted.IsCancellationRequested) await WaitForStartAsync();
                // Orleans' own response timeout limits the first attempt: a timer for every call would cost too much.
                var lost = CallsOfNow;
                var answer = attempt == 1
                    ? await call(grains, argument).WaitAsync(lost)
                    : await call(grains, argument).WaitAsync(Remaining(started), time, lost);
                return new(answer, mayHaveRun);
            }
            catch (Exception exception) when (ShouldRetry(exception, attempt, time.GetElapsedTime(started), out pause))
            {
                mayHaveRun |= CallFailures.Classify(exception) == CallFailure.OutcomeUnknown;
            }
            catch (Exception exception) when (mayHaveRun && CallFailures.ChangedNothing(exception))
            {
                // Of this attempt only. A caller who is told that nothing was done may send the request again.
                throw new TimeoutException($"An earlier attempt had no answer; the last one failed: {exception.Message}", exception);
            }

            _retried.Add(1);
            await Task.Delay(pause!.Value, time);
        }
    }

    private static Counter<long> CreateCounter(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        var retried = meter.CreateCounter<long>("wingman.api.calls.retried", "{call}", "Grain calls retried after a silo vanished or a conflict.");
        retried.ShowZero();
        return retried;
    }

    private static bool ShouldRetry(Exception exception, int attempt, TimeSpan elapsed, out TimeSpan? pause)
    {
        pause = null;
        TimeSpan[] pauses = CallFailures.Classify(exception) switch
        {
            CallFailure.Conflict => AfterConflict,
            CallFailure.NotRun or CallFailure.OutcomeUnknown => AfterLoss,
            _ => [],
        };
        if (attempt > pauses.Length || elapsed + pauses[attempt - 1] >= Deadline) return false;
        // Random, since other callers whose calls failed with the same silo would otherwise retry at the same moment.
        pause = pauses[attempt - 1] * (0.5 + (0.5 * Random.Shared.NextDouble()));
        return true;
    }

    // The API listens before its silo or client has started, when no grain can be called yet.
    private async Task WaitForStartAsync()
    {
        using (var startedOrStopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, lifetime.ApplicationStopping))
            await Task.Delay(LongestStart, time, startedOrStopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A wait that is cancelled may go on within the call that cancels it, and the host's start must not make these calls.
        await Task.Yield();
        if (!lifetime.ApplicationStarted.IsCancellationRequested) throw new ConnectionFailedException("This host is still starting.");
    }

    private TimeSpan Remaining(long started)
    {
        var remaining = Deadline - time.GetElapsedTime(started);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
