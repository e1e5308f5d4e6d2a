using System.Diagnostics.Metrics;

namespace Wingman.Sessions;

/// <summary>What operators see of sessions.</summary>
internal sealed class SessionMetrics
{
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<ConfirmOutcome>().Select(static outcome => new KeyValuePair<string, object?>("outcome", outcome.ToString()))];

    private readonly Counter<long> _confirmations;
    private readonly Counter<long> _completions;
    private readonly Histogram<double> _timeToCompletion;
    private readonly Counter<long> _noShows;
    private readonly Counter<long> _foreignChanges;

    /// <summary>Creates the instruments.</summary>
    public SessionMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        _confirmations = meter.CreateCounter<long>("wingman.confirmations", "{confirmation}", "Confirmations answered, by outcome.");
        _completions = meter.CreateCounter<long>("wingman.completions", "{session}", "Sessions completed.");
        _timeToCompletion = meter.CreateHistogram<double>(
            "wingman.session.time_to_completion", "s",
            "Time from the first confirmation to the second, of a sample of sessions.",
            advice: new() { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400] });
        _noShows = meter.CreateCounter<long>("wingman.no_shows", "{session}", "Sessions ended as a no-show.");
        _foreignChanges = meter.CreateCounter<long>(
            "wingman.session.foreign_changes", "{change}", "Changes of a session's row by another program that its grain noticed.");

        _confirmations.ShowZero("outcome", Enum.GetNames<ConfirmOutcome>());
        _completions.ShowZero();
        _noShows.ShowZero();
        _foreignChanges.ShowZero();
    }

    /// <summary>A confirmation is answered.</summary>
    public void Confirmed(ConfirmOutcome outcome) => _confirmations.Add(1, Outcomes[(int)outcome]);

    /// <summary>A session is completed.</summary>
    public void Completed() => _completions.Add(1);

    /// <summary>It is known how long after its first confirmation a session was completed.</summary>
    public void TookToComplete(TimeSpan time) => _timeToCompletion.Record(time.TotalSeconds);

    /// <summary>A session has ended as a no-show.</summary>
    public void EndedAsNoShow() => _noShows.Add(1);

    /// <summary>Another program has changed a session.</summary>
    public void ChangedElsewhere() => _foreignChanges.Add(1);
}
