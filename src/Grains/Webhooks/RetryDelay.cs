namespace Wingman.Webhooks;

/// <summary>How long to wait before another attempt. Pure.</summary>
internal static class RetryDelay
{
    /// <summary>The largest part of a delay that is left out at random, so that attempts that failed together are not retried together.</summary>
    private const double Jitter = 0.25;

    /// <summary>Doubles with each failure up to the longest, less at most a quarter; never shorter than what the receiver asked for.</summary>
    /// <param name="failures">How many attempts failed, from 1.</param>
    /// <param name="first">The delay after the first.</param>
    /// <param name="longest">The longest delay.</param>
    /// <param name="retryAfter">What the receiver asked for, if it did; honoured up to the longest delay.</param>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan Of(int failures, TimeSpan first, TimeSpan longest, TimeSpan? retryAfter, double chance)
    {
        // Compared as numbers, since the doubled delay may be longer than the longest TimeSpan.
        var delay = TimeSpan.FromTicks((long)(Math.Min(first.Ticks * Math.Pow(2, failures - 1), longest.Ticks) * (1 - (Jitter * chance))));
        var asked = retryAfter is { } wait && wait < longest ? wait : retryAfter is null ? TimeSpan.Zero : longest;
        return delay > asked ? delay : asked;
    }
}
