using Wingman.Chaos.Checking;
using Wingman.Chaos.Load;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Reporting;

/// <summary>Shows the progress of the run: a line every few seconds, and one for each event.</summary>
internal sealed class LiveView(TextWriter output)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _startedAt = RunClock.Now;

    public void Say(string what)
    {
        lock (_gate)
            output.WriteLine($"{RunClock.Between(_startedAt, RunClock.Now):mm\\:ss\\.f} {what}");
    }

    /// <summary>Reports until cancelled.</summary>
    public async Task RunAsync(LoadJournal journal, HistoryBook histories, Violations violations, CancellationToken cancellation)
    {
        var before = journal.Answered;
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(Interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var answered = journal.Answered;
            Say($"{(answered - before) / Interval.TotalSeconds,5:0}/s  {answered} answered, {journal.FiveHundreds} 5xx, {journal.Lost} unanswered, {histories.CheckedCount} histories checked, {violations.Count} violations");
            before = answered;
        }
    }
}
