using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wingman.State;

namespace Wingman.Sessions;

/// <summary>
/// Measures how long sessions of this silo took from the first confirmation to the second. No confirmation waits for it: the times are read
/// from the log afterwards, every second, with one query for a bounded number of sessions.
/// </summary>
internal sealed partial class CompletionTimes(ICompletionLog log, SessionMetrics metrics, ILogger<CompletionTimes> logger) : BackgroundService
{
    /// <summary>
    /// At most how many sessions a round measures: the first ones since the round before. Which these are does not depend on how long they took.
    /// </summary>
    internal const int PerRound = 50;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<Completion> _waiting = Channel.CreateBounded<Completion>(PerRound);
    private bool _isFailing;

    /// <summary>A confirmation has completed a session. The session is measured if fewer than <see cref="PerRound"/> wait for that.</summary>
    /// <param name="session">The session.</param>
    /// <param name="decidedOn">The version of the row on which that was decided.</param>
    /// <param name="at">When it was completed.</param>
    public void Add(SessionId session, RowVersion decidedOn, DateTimeOffset at) => _waiting.Writer.TryWrite(new(session, decidedOn.Xmin, at));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await MeasureAsync();
        }
        catch (OperationCanceledException)
        {
            // The silo stops. The sessions that wait are not measured.
        }
    }

    private async Task MeasureAsync()
    {
        List<Completion> completions = [];
        while (completions.Count < PerRound && _waiting.Reader.TryRead(out var completion)) completions.Add(completion);
        if (completions.Count == 0) return;

        try
        {
            foreach (var time in await log.FindTimesAsync(completions)) metrics.TookToComplete(time);
            _isFailing = false;
        }
        catch (Exception exception)
        {
            // These sessions are not measured. The next round has others.
            if (!_isFailing) LogNotMeasured(exception);
            _isFailing = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The times that sessions took to complete could not be read from the log; until a query succeeds they are left out of the metric")]
    private partial void LogNotMeasured(Exception exception);
}
