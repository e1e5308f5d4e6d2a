using Microsoft.Extensions.Options;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Makes sure that each configured receiver is served. Every silo asks for it; each has one grain in the cluster.</summary>
internal sealed partial class WebhookStarter(
    IGrainFactory grains, IOptions<WebhookOptions> options, IHostApplicationLifetime lifetime, ILogger<WebhookStarter> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);

        await Task.WhenAll(options.Value.Receivers.Select(receiver => StartAsync(receiver.Name, stoppingToken)));
    }

    private async Task StartAsync(string receiver, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<IWebhookReceiverGrain>(receiver).EnsureRunningAsync();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Reminders or the database may need a moment yet; the events wait in the log.
                LogNotStarted(exception, receiver);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook receiver {Receiver} could not be started; the start is retried")]
    private partial void LogNotStarted(Exception exception, string receiver);
}
