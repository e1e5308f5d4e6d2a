using System.Diagnostics;

namespace Wingman.Testing;

/// <summary>Waits for a condition instead of for a time, and reports the last result when the deadline passes.</summary>
public static class Eventually
{
    /// <summary>Long: a deadline ends a test that will never pass, and does not measure speed. On a busy machine a host may need a minute to start.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Checks again and again until the result satisfies the condition.</summary>
    /// <param name="what">The condition in words, for the failure's message.</param>
    /// <param name="check">
    /// Makes one check. An exception counts as "not yet", and is reported if the last check throws it; only an
    /// <see cref="UndocumentedAnswerException"/> is thrown at once, since no answer may be undocumented at any time.
    /// </param>
    /// <param name="holds">The condition.</param>
    /// <param name="within">How long to wait; <see cref="Deadline"/> if null.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    /// <returns>The first result that satisfied the condition.</returns>
    /// <exception cref="TimeoutException">The condition was not satisfied in time; the message has the last result.</exception>
    public static async Task<T> BecomesAsync<T>(
        string what, Func<CancellationToken, Task<T>> check, Func<T, bool> holds, TimeSpan? within = null, CancellationToken cancellation = default)
    {
        var limit = within ?? Deadline;
        var started = Stopwatch.GetTimestamp();
        var checks = 0;
        while (true)
        {
            string last;
            Exception? cause = null;
            using (var checkTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                checkTime.CancelAfter(limit - Stopwatch.GetElapsedTime(started) + Pause);
                try
                {
                    checks++;
                    var result = await check(checkTime.Token);
                    if (holds(result)) return result;
                    last = result?.ToString() ?? "null";
                }
                catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not UndocumentedAnswerException)
                {
                    last = $"{failure.GetType().Name}: {failure.Message}";
                    cause = failure;
                }
            }

            if (Stopwatch.GetElapsedTime(started) >= limit)
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s until {what}; after {checks} checks the last result was: {last}", cause);
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Checks again and again until the condition is true.</summary>
    /// <inheritdoc cref="BecomesAsync{T}"/>
    public static Task IsTrueAsync(
        string what, Func<CancellationToken, Task<bool>> check, TimeSpan? within = null, CancellationToken cancellation = default) =>
        BecomesAsync(what, check, static result => result, within, cancellation);
}
