using System.Net;
using Microsoft.Extensions.Options;
using Wingman.Events;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Log;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Adds the readers of the log: webhooks, and what keeps the log from growing.</summary>
internal static class WebhookHosting
{
    /// <summary>Adds them. Without receivers nothing of it runs but the trimmer.</summary>
    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsRules>();
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ILogReader>(static provider => new LogReader(provider.GetRequiredService<DatabaseConnections>().Background));
        services.AddSingleton<IWebhookTable>(static provider => new WebhookTable(provider.GetRequiredService<DatabaseConnections>().Background));
        services.AddSingleton(static provider => new LogTrim(provider.GetRequiredService<DatabaseConnections>().Background));
        services.AddSingleton<ResolveHost>(static (host, cancellation) => Dns.GetHostAddressesAsync(host, cancellation));
        services.AddSingleton<ConnectToAddress>(WebhookConnections.ConnectAsync);
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookConnections>();
        services.AddSingleton<IWebhookSender, HttpWebhookSender>();
        services.AddHostedService<WebhookStarter>();
        services.AddHostedService<LogTrimmer>();
    }
}
