using Microsoft.Extensions.Options;
using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations;

/// <summary>
/// Keeps the listeners open for a while after the host was asked to stop. Readiness is false from the signal on, so a load
/// balancer sends no more requests by the time the listeners close.
/// </summary>
internal sealed partial class ShutdownDelay(IOptions<OperationsOptions> options, IHostEnvironment environment, ILogger<ShutdownDelay> logger)
    : LifecycleService
{
    /// <summary>How long a host waits outside Development, unless configured otherwise.</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);

    /// <summary>How long a host waits.</summary>
    public static TimeSpan Of(OperationsOptions options, IHostEnvironment environment) =>
        options.ShutdownDelay ?? (environment.IsDevelopment() ? TimeSpan.Zero : DefaultDelay);

    /// <inheritdoc/>
    public override async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var delay = Of(options.Value, environment);
        if (delay == TimeSpan.Zero) return;

        LogDraining(delay);
        await Task.Delay(delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: the host reports that it is not ready, and closes its listeners in {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
