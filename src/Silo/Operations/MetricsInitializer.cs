using OpenTelemetry.Metrics;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.Sweeping;

namespace Wingman.Silo.Operations;

/// <summary>Creates a silo's instruments once somebody listens to them, so that their zeros are seen from the start.</summary>
internal sealed class MetricsInitializer(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Instruments that were created before their listeners would report their zeros to no listener. A host without operators has none.
        _ = services.GetService<MeterProvider>();
        _ = services.GetRequiredService<StorageMetrics>();
        _ = services.GetRequiredService<SessionMetrics>();
        _ = services.GetRequiredService<SweeperMetrics>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
