using Wingman.Sweeping;

namespace Wingman.Silo.Hosting;

/// <summary>Makes sure that the cluster has its sweeper. Every silo starts it, but a cluster has only one.</summary>
internal sealed partial class SweeperStarter(IGrainFactory grains, IHostApplicationLifetime lifetime, ILogger<SweeperStarter> logger) : GrainStarter(lifetime)
{
    // Until it is started, sessions that are due do not end as a no-show; nothing else waits for it.
    protected override Task StartGrainsAsync(CancellationToken stoppingToken) =>
        StartAsync(() => grains.GetGrain<ISweeperGrain>(SweeperKey.Value).EnsureRunningAsync(), LogNotStarted, stoppingToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweeper could not be started; the start is retried")]
    private partial void LogNotStarted(Exception exception);
}
