namespace Wingman.Silo.Hosting;

/// <summary>Starts grains that must always run, once the host has started, and retries until they run.</summary>
/// <param name="lifetime">Says when the host has started.</param>
internal abstract class GrainStarter(IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);

        await StartGrainsAsync(stoppingToken);
    }

    /// <summary>Starts the grains.</summary>
    protected abstract Task StartGrainsAsync(CancellationToken stoppingToken);

    /// <summary>Starts one grain, and retries after each failure until the host stops.</summary>
    /// <param name="start">Starts it.</param>
    /// <param name="logFailure">Logs a failure.</param>
    /// <param name="stoppingToken">The host stops.</param>
    protected static async Task StartAsync(Func<Task> start, Action<Exception> logFailure, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Reminders or the database may not be ready yet.
                logFailure(exception);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }
}
