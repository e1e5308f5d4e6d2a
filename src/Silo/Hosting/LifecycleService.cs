namespace Wingman.Silo.Hosting;

/// <summary>A service that takes part in some of the steps of a host's start and stop only. It overrides those.</summary>
internal abstract class LifecycleService : IHostedLifecycleService
{
    /// <inheritdoc/>
    public virtual Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
