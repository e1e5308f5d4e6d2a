using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Wingman.Silo.Operations;

/// <summary>
/// Ends the process if its stop does not finish in time. Without its database a silo cannot leave the cluster, and Orleans goes
/// on trying for minutes. Nothing is lost: what was answered is durable, and the other silos declare this one dead.
/// </summary>
internal sealed partial class StopWatchdog(
    IHostApplicationLifetime lifetime, IOptions<OperationsOptions> options, IHostEnvironment environment, ILogger<StopWatchdog> logger)
{
    /// <summary>How long calls in progress have to end, and the silo to leave the cluster, once the listeners close.</summary>
    public static readonly TimeSpan Graceful = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>A thread of its own writes the console's lines. Without this time the process would often end before its last line is written.</summary>
    private static readonly TimeSpan LogTime = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest time that a stop takes. Tools that stop hosts must not kill them earlier.</summary>
    /// <param name="delay">How long the host goes on serving first.</param>
    public static TimeSpan LimitOf(TimeSpan delay) => delay + Graceful + Margin;

    /// <summary>Watches the stop of a host that is alone in its process; the process of a test goes on after its hosts.</summary>
    public void Watch() => lifetime.ApplicationStopping.Register(() => _ = EndInTimeAsync());

    private async Task EndInTimeAsync()
    {
        var limit = LimitOf(ShutdownDelay.Of(options.Value, environment));
        await Task.Delay(limit - LogTime);
        LogKilled(limit);
        await Task.Delay(LogTime);
        // Environment.Exit would run the handlers that wait for the stop, which does not end.
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The host has not stopped within {Limit}; the process is terminated")]
    private partial void LogKilled(TimeSpan limit);
}
