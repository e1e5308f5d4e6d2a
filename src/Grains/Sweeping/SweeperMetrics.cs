using System.Diagnostics.Metrics;

namespace Wingman.Sweeping;

/// <summary>What operators see of the sweeper.</summary>
internal static class SweeperMetrics
{
    public static readonly Counter<long> Expired = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.sweeper.expired", "{session}", "Sessions ended by the sweeper.");

    private static readonly ObservableGauge<double> OldestOverdue = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.sweeper.oldest_overdue", () => OldestOverdueSeconds, "s", "How long the oldest overdue session is past its grace period, as of the last round.");

    /// <summary>As of the last round that began at the oldest, on the process that ran it.</summary>
    public static double OldestOverdueSeconds { get; set; }
}
