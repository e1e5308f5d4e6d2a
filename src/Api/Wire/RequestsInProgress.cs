using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Wingman.Wire;

/// <summary>
/// Limits the requests in progress: those to the API, to its description and to the page that shows it. Orleans queues without limit, so an
/// overloaded service would answer all callers late instead of refusing some.
/// </summary>
internal sealed class RequestsInProgress(IOptions<ApiOptions> options, TimeProvider time, ApiMetrics metrics)
{
    private readonly RefusalPace _pace = new(options.Value.RefusalsPerSecond, options.Value.MaxConnections, time);

    /// <summary>One permit for each of these requests.</summary>
    public PartitionedRateLimiter<HttpContext> Permits { get; } = Limit(options.Value.MaxConcurrentRequests);

    /// <summary>Lets a part of a request begin that counts as a request in progress, although the whole does not.</summary>
    /// <returns>The permit, to be disposed when the part is done; null if there is none: the answer is then <see cref="RefusedAsync"/>.</returns>
    public RateLimitLease? TryBegin(HttpContext http)
    {
        var permit = Permits.AttemptAcquire(http);
        if (permit.IsAcquired) return permit;
        permit.Dispose();
        return null;
    }

    /// <summary>The answer to a request that has no permit, when it is its turn (<see cref="RefusalPace"/>).</summary>
    public async Task<Refusal> RefusedAsync()
    {
        metrics.RequestRefused();
        await _pace.WaitAsync();
        return Refusals.Overloaded;
    }

    /// <summary>Sends it.</summary>
    public async Task RefuseAsync(HttpContext http)
    {
        var refusal = await RefusedAsync();
        await refusal.ExecuteAsync(http);
    }

    private static PartitionedRateLimiter<HttpContext> Limit(int limit)
    {
        var api = RateLimitPartition.GetConcurrencyLimiter(true, _ => new ConcurrencyLimiterOptions { PermitLimit = limit, QueueLimit = 0 });
        var rest = RateLimitPartition.GetNoLimiter(false);
        // Health checks and metrics are not limited, since they are needed most when the service is busy.
        return PartitionedRateLimiter.Create<HttpContext, bool>(http => IsLimited(http.Request.Path) ? api : rest);
    }

    private static bool IsLimited(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi") || path.StartsWithSegments("/docs");
}
