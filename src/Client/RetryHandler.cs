namespace Wingman.Client;

/// <summary>
/// Retries calls that failed temporarily until a deadline, with waits that grow and that differ between callers.
/// <list type="bullet">
/// <item>A call that may be executed twice without harm (GET, HEAD, PUT, DELETE, OPTIONS, and <c>POST confirm-completion</c>) is retried
/// after 429, 502, 503, 504, and after a connection that failed or broke.</item>
/// <item>Any other call is retried after 429, and after a 503 which says that nothing was done. A call whose outcome is unknown is not
/// retried.</item>
/// </list>
/// Where the answer has <c>Retry-After</c> (seconds or a date), the call is not retried earlier.
/// </summary>
public sealed class RetryHandler : DelegatingHandler
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _deadline;
    private readonly TimeProvider _clock;

    /// <summary>Makes a handler.</summary>
    /// <param name="deadline">
    /// How long after the start of the call an attempt may start. If the next wait would end later, the last answer is returned, or the
    /// last failure thrown, without that wait. Positive.
    /// </param>
    public RetryHandler(TimeSpan deadline)
        : this(deadline, TimeProvider.System)
    {
    }

    internal RetryHandler(TimeSpan deadline, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        (_deadline, _clock) = (deadline, clock);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var begun = _clock.GetTimestamp();
        bool HasTimeFor(TimeSpan wait) => _clock.GetElapsedTime(begun) + wait < _deadline;

        for (var attempt = 0; ; attempt++)
        {
            var wait = BackOff(attempt);
            try
            {
                var response = await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
                wait += RetryAfter(response);
                if (!HasTimeFor(wait) || !await RetryRules.MayRetryAfterAsync(request, response, cancellationToken).ConfigureAwait(false))
                    return response;
                response.Dispose();
            }
            catch (HttpRequestException failure) when (HasTimeFor(wait) && RetryRules.MayRetryAfter(request, failure))
            {
                // Retried after the wait below.
            }

            await Task.Delay(wait, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // Also reads the body, so that an answer that ends too early counts as a failed attempt. A stream is not read here: it may never end.
    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
                await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (Exception failure)
        {
            response.Dispose();
            if (failure is IOException)
                throw new HttpRequestException("The connection broke before the whole answer was received.", failure);
            throw;
        }
    }

    // Half of the wait is random, so that callers whose calls failed at the same time do not retry at the same time.
    private static TimeSpan BackOff(int attempt)
    {
        var whole = TimeSpan.FromTicks(Math.Min(Longest.Ticks, Shortest.Ticks << Math.Min(attempt, 10)));
        return whole * (0.5 + (0.5 * Random.Shared.NextDouble()));
    }

    private TimeSpan RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _clock.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return asked > TimeSpan.Zero ? asked : TimeSpan.Zero;
    }
}
