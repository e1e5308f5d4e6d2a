namespace Wingman.Silo.Hosting;

/// <summary>Keeps trying to reach the cluster, so that a client may start before its database and its silos.</summary>
internal sealed partial class ClientConnectionRetry(ILogger<ClientConnectionRetry> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private string? _logged;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        var reason = exception.GetType().Name;
        if (reason != _logged) LogWaiting(reason);
        _logged = reason;
        await Task.Delay(Pause, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for a silo to connect to ({Reason})")]
    private partial void LogWaiting(string reason);
}
