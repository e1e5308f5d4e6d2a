using Microsoft.Extensions.Options;
using Wingman.Silo.Storage.Log;
using Wingman.Webhooks;

namespace Wingman.Silo.Hosting;

/// <summary>Keeps the log from growing without end. Every silo does so from time to time; that several do it at the same time is harmless.</summary>
internal sealed partial class LogTrimmer(
    LogTrim log, TimeProvider clock, IOptions<LogOptions> options, IOptions<WebhookOptions> webhooks, ILogger<LogTrimmer> logger) : BackgroundService
{
    /// <summary>Between two statements that delete: the lanes' commits go first.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Deletes what is old.</summary>
    /// <returns>How many lines.</returns>
    internal async Task<int> TrimAsync(CancellationToken stoppingToken)
    {
        foreach (var name in await log.CutOffUnseenAsync(webhooks.Value.CutOffAfter)) LogCutOff(name, webhooks.Value.CutOffAfter);

        var olderThan = await log.FindPresentAsync(clock.GetUtcNow()) - options.Value.Retention;
        var total = 0;
        while (true)
        {
            var deleted = await log.TrimAsync(olderThan);
            if (deleted == 0) break;
            total += deleted;
            await Task.Delay(Pause, stoppingToken);
        }

        if (total > 0) LogTrimmed(total);
        return total;
    }

    // Not at once after the start: after a long stop the readers must first report that they are served again.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.TrimInterval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TrimAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A log that grows is no reason to stop a host.
                LogNotTrimmed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reader {Reader} of the log is cut off: no host has served it for {Time}. The log is not kept for it any more")]
    private partial void LogCutOff(string reader, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} old lines of the log were deleted")]
    private partial void LogTrimmed(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log could not be trimmed; the next round tries again")]
    private partial void LogNotTrimmed(Exception exception);
}
