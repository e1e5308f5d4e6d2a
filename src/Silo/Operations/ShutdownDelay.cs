using Microsoft.Extensions.Options;

namespace Wingman.Silo.Operations;

/// <summary>
/// Keeps the listeners open for a while after the host was asked to stop. Readiness is false from the signal on, so a load
/// balancer sends no more requests by the time the listeners close.
/// </summary>
internal sealed partial class ShutdownDelay(IOptions<OperationsOptions> options, IHostEnvironment environment, ILogger<ShutdownDelay> logger)
    : IHostedLifecycleService
{
    /// <summary>How long a host waits outside Development, unless configured otherwise.</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);

    /// <summary>How long a host waits.</summary>
    public static TimeSpan Of(OperationsOptions options, IHostEnvironment environment) =>
        options.ShutdownDelay ?? (environment.IsDevelopment() ? TimeSpan.Zero : DefaultDelay);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var delay = Of(options.Value, environment);
        if (delay == TimeSpan.Zero) return;

        LogDraining(delay);
        await Task.Delay(delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: the host reports that it is not ready, and closes its listeners in {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
