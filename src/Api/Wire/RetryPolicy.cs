namespace Wingman.Wire;

/// <summary>When a failed call to a grain is retried, and after what pause. Pure.</summary>
internal static class RetryPolicy
{
    /// <summary>A request's time: after it, no call is begun and none is waited for.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    // After a conflict the next attempt reads the row again. A silo's death is known to the
    // others after a second or two.
    private static readonly TimeSpan AfterConflict = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan[] AfterLoss = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)];

    /// <summary>The pause before the next attempt, or null if this failure is the call's end.</summary>
    /// <param name="failure">How the attempt failed.</param>
    /// <param name="attempt">Which attempt it was, from 1.</param>
    /// <param name="elapsed">Time since the first attempt began.</param>
    /// <param name="isIdempotent">Whether the call may run twice.</param>
    public static TimeSpan? PauseAfter(CallFailure failure, int attempt, TimeSpan elapsed, bool isIdempotent)
    {
        if (attempt > AfterLoss.Length)
            return null;
        TimeSpan? pause = failure switch
        {
            CallFailure.Conflict => AfterConflict * attempt,
            CallFailure.NotRun => AfterLoss[attempt - 1],
            CallFailure.OutcomeUnknown when isIdempotent => AfterLoss[attempt - 1],
            _ => null,
        };
        return elapsed + pause < Deadline ? pause : null;
    }
}
