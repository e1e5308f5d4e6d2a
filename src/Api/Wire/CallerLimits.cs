using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>
/// Bounds what one user may ask for, in this process: requests, and more tightly those that find nothing or what is not theirs, so
/// that ids cannot be tried out cheaply. The service role acts for all users and is not bounded.
/// </summary>
internal sealed class CallerLimits(RequestDelegate next, IOptions<ApiOptions> options, ApiMetrics metrics)
{
    private readonly PartitionedRateLimiter<UserId>? _requests = PerUser(options.Value.RequestsPerMinute, options.Value.Burst);
    private readonly PartitionedRateLimiter<UserId>? _misses = PerUser(options.Value.MissesPerMinute, options.Value.MissesPerMinute);

    /// <summary>Runs the request, or refuses it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if ((_requests ?? _misses) is null || CallerClaims.Read(http.User) is not { IsService: false, User: { } user })
            return next(http);
        // No tokens are taken from the misses yet: there only have to be some.
        return TryTake(_requests, user, 1, http) && TryTake(_misses, user, 0, http) ? CountMissesAsync(http, user) : RefuseAsync(http);
    }

    private static PartitionedRateLimiter<UserId>? PerUser(int perMinute, int burst)
    {
        if (perMinute == 0)
            return null;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            QueueLimit = 0,
        };
        return PartitionedRateLimiter.Create<UserId, UserId>(user => RateLimitPartition.GetTokenBucketLimiter(user, _ => bucket));
    }

    private static bool TryTake(PartitionedRateLimiter<UserId>? limiter, UserId user, int count, HttpContext http)
    {
        if (limiter is null)
            return true;
        using var lease = limiter.AttemptAcquire(user, count);
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return lease.IsAcquired;
    }

    private async Task CountMissesAsync(HttpContext http, UserId user)
    {
        await next(http);
        if (http.Response.StatusCode is StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound)
            _misses?.AttemptAcquire(user).Dispose();
    }

    private Task RefuseAsync(HttpContext http)
    {
        metrics.RequestRefused();
        return Refusals.TooManyRequests.ExecuteAsync(http);
    }
}
