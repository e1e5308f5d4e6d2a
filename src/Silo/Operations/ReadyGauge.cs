using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wingman.Silo.Operations;

/// <summary>
/// Shows as a metric what <c>/health/ready</c> answers, so that alerts can tell a host that is not ready from one that is gone. The
/// framework runs the checks for it every few seconds.
/// </summary>
internal sealed class ReadyGauge : IHealthCheckPublisher
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private int _ready;

    /// <summary>Creates the gauge; not ready until the checks have run.</summary>
    public ReadyGauge(IMeterFactory meters) => meters.CreateWingman().CreateObservableGauge(
        "wingman.ready", () => Volatile.Read(ref _ready), "{host}", "1 if the host is ready for requests, 0 if not.");

    /// <summary>Adds it to a host.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IHealthCheckPublisher, ReadyGauge>();
        services.Configure<HealthCheckPublisherOptions>(static publisher =>
        {
            publisher.Predicate = static check => check.Tags.Contains(OperationsHosting.ReadyTag);
            publisher.Delay = Interval;
            publisher.Period = Interval;
        });
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _ready, report.Status == HealthStatus.Healthy ? 1 : 0);
        return Task.CompletedTask;
    }
}
