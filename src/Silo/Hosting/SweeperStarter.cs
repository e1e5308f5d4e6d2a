using Wingman.Sweeping;

namespace Wingman.Silo.Hosting;

/// <summary>Makes sure that the cluster has its sweeper. Every silo asks for it; there is one.</summary>
internal sealed partial class SweeperStarter(IGrainFactory grains, IHostApplicationLifetime lifetime, ILogger<SweeperStarter> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<ISweeperGrain>(SweeperKey.Value).EnsureRunningAsync();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Reminders or the database may need a moment yet; without the sweeper only no-shows wait.
                LogNotStarted(exception);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweeper could not be started; the start is retried")]
    private partial void LogNotStarted(Exception exception);
}
