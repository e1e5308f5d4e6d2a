using Microsoft.Extensions.Options;

namespace Wingman.Wire;

/// <summary>
/// Bounds the API requests in progress. Orleans queues without limit, so a service that is slower than its callers would
/// answer everybody late instead of some at once.
/// </summary>
internal sealed class InFlightLimit(RequestDelegate next, IOptions<ApiOptions> options, ApiMetrics metrics)
{
    private readonly int _limit = options.Value.MaxConcurrentRequests;
    private int _inFlight;

    /// <summary>Runs the request, or refuses it.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        // Who asks after the service's health or figures asks exactly when it is busy.
        if (!http.Request.Path.StartsWithSegments("/api"))
        {
            await next(http);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _inFlight) <= _limit)
            {
                await next(http);
                return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
        metrics.RequestRefused();
        await Refusals.TooManyRequests.WriteAsync(http);
    }
}
