using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>
/// Limits the requests of one user to this process. The limit is lower for requests about things that do not exist or are not the
/// user's, so that trying out ids is slow. The service role acts for all users and is not limited.
/// </summary>
internal sealed class CallerLimits(RequestDelegate next, IOptions<ApiOptions> options, TimeProvider time, ApiMetrics metrics)
{
    private readonly PartitionedRateLimiter<UserId>? _requests = PerUser(options.Value.RequestsPerMinute, options.Value.Burst);

    private readonly MissBalance? _misses =
        options.Value.MissesPerMinute == 0 ? null : new MissBalance(options.Value.MissesPerMinute, time);

    /// <summary>Runs the request, or refuses it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if ((_requests is null && _misses is null) || CallerClaims.Read(http.User) is not { IsService: false, User: { } user }) return next(http);
        return TryTake(user, http) && MayMiss(user, http) ? CountMissesAsync(http, user) : RefuseAsync(http);
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

    private static void AskToWait(TimeSpan wait, HttpContext http) =>
        http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private bool TryTake(UserId user, HttpContext http)
    {
        if (_requests is null) return true;
        using var lease = _requests.AttemptAcquire(user);
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)) AskToWait(wait, http);
        return lease.IsAcquired;
    }

    // Subtracts nothing yet: what the request will be answered is not known.
    private bool MayMiss(UserId user, HttpContext http)
    {
        var wait = _misses?.WaitOf(user) ?? TimeSpan.Zero;
        if (wait == TimeSpan.Zero) return true;
        AskToWait(wait, http);
        return false;
    }

    private async Task CountMissesAsync(HttpContext http, UserId user)
    {
        await next(http);
        if (http.Response.StatusCode is StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound)
            _misses?.Subtract(user);
    }

    private Task RefuseAsync(HttpContext http)
    {
        metrics.RequestRefused();
        return Refusals.TooManyRequests.ExecuteAsync(http);
    }
}
