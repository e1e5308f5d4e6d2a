using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>
/// Limits the requests of one user to this process. The limit is lower for requests about things that do not exist or are not the
/// user's, so that trying out ids is slow. The service role acts for all users and is not limited.
/// </summary>
internal sealed class CallerLimits(RequestDelegate next, IOptions<ApiOptions> options, ApiMetrics metrics)
{
    private readonly PartitionedRateLimiter<UserId>? _requests = PerUser(options.Value.RequestsPerMinute, options.Value.Burst);
    private readonly PartitionedRateLimiter<UserId>? _misses = PerUser(options.Value.MissesPerMinute, options.Value.MissesPerMinute);

    /// <summary>Runs the request, or refuses it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if ((_requests ?? _misses) is null || CallerClaims.Read(http.User) is not { IsService: false, User: { } user }) return next(http);
        return TryTake(_requests, user, http) && MayMiss(user, http) ? CountMissesAsync(http, user) : RefuseAsync(http);
    }

    private static PartitionedRateLimiter<UserId>? PerUser(int perMinute, int burst)
    {
        if (perMinute == 0) return null;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            QueueLimit = 0,
        };
        return PartitionedRateLimiter.Create<UserId, UserId>(user => RateLimitPartition.GetTokenBucketLimiter(user, _ => bucket));
    }

    private static bool TryTake(PartitionedRateLimiter<UserId>? limiter, UserId user, HttpContext http)
    {
        if (limiter is null) return true;
        using var lease = limiter.AttemptAcquire(user);
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return lease.IsAcquired;
    }

    // Takes no token yet. An attempt to acquire zero tokens would succeed as soon as a fraction of one is available, so this reads the
    // number of whole tokens.
    private bool MayMiss(UserId user, HttpContext http)
    {
        if (_misses?.GetStatistics(user) is not { CurrentAvailablePermits: < 1 }) return true;
        http.Response.Headers.RetryAfter = Math.Ceiling(60.0 / options.Value.MissesPerMinute).ToString(CultureInfo.InvariantCulture);
        return false;
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
