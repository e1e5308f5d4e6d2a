using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wingman.Silo.Operations;

/// <summary>
/// Whether the host has started: the database was there, the schema is current, and the silo or client has joined the cluster.
/// Once it has started, this is true until the process ends.
/// </summary>
internal sealed class StartupHealth(IHostApplicationLifetime lifetime) : IHealthCheck
{
    /// <summary>The tag of the check.</summary>
    public const string Tag = "startup";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStarted.IsCancellationRequested ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("starting"));
}
