using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wingman.Silo.Operations;

/// <summary>Whether the cluster answers a call from this host within two seconds.</summary>
internal sealed class ClusterHealth(IGrainFactory grains, IHostApplicationLifetime lifetime) : IHealthCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Before the silo or client has started no grain can be called; while it stops, the host must get no more requests.
        if (!lifetime.ApplicationStarted.IsCancellationRequested) return HealthCheckResult.Unhealthy("starting");
        if (lifetime.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("stopping");

        try
        {
            await grains.GetGrain<IPulseGrain>(Guid.Empty).PingAsync().WaitAsync(Deadline, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception)
        {
            // A host that cannot call a silo is not ready, whatever the cause.
            return HealthCheckResult.Unhealthy(exception: exception);
        }
    }
}
