using OpenTelemetry.Metrics;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.Sweeping;

namespace Wingman.Silo.Operations;

/// <summary>Creates a silo's instruments once somebody listens to them, so that their zeros are seen from the start.</summary>
internal sealed class FirstFigures(MeterProvider listener, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Created before it, they would have said their zeros to nobody.
        ArgumentNullException.ThrowIfNull(listener);
        _ = services.GetRequiredService<StorageMetrics>();
        _ = services.GetRequiredService<SessionMetrics>();
        _ = services.GetRequiredService<SweeperMetrics>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
