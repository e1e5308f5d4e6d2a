using Microsoft.Extensions.Options;
using Wingman.Silo.Hosting;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Makes sure that each configured receiver is served. Every silo starts its grain, but a cluster has only one for each receiver.</summary>
internal sealed partial class WebhookStarter(
    IGrainFactory grains, IOptions<WebhookOptions> options, IHostApplicationLifetime lifetime, ILogger<WebhookStarter> logger) : GrainStarter(lifetime)
{
    // Until a receiver's grain is started, its events wait in the log.
    protected override Task StartGrainsAsync(CancellationToken stoppingToken) => Task.WhenAll(options.Value.Receivers.Select(receiver => StartAsync(
        () => grains.GetGrain<IWebhookReceiverGrain>(receiver.Name).EnsureRunningAsync(),
        exception => LogNotStarted(exception, receiver.Name),
        stoppingToken)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook receiver {Receiver} could not be started; the start is retried")]
    private partial void LogNotStarted(Exception exception, string receiver);
}
