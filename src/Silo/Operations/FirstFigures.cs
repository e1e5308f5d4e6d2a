using OpenTelemetry.Metrics;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.Sweeping;

namespace Wingman.Silo.Operations;

/// <summary>Creates a silo's instruments once somebody listens to them, so that their zeros are seen from the start.</summary>
internal sealed class FirstFigures(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Created before their listeners, they would have reported their zeros to nobody. A host without operators has no listener.
        _ = services.GetService<MeterProvider>();
        _ = services.GetRequiredService<StorageMetrics>();
        _ = services.GetRequiredService<SessionMetrics>();
        _ = services.GetRequiredService<SweeperMetrics>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
