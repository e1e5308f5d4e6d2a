using System.Diagnostics.Metrics;

namespace Wingman.Sweeping;

/// <summary>What operators see of the sweeper.</summary>
internal sealed class SweeperMetrics
{
    private readonly Counter<long> _expired;
    private readonly Counter<long> _rounds;

    /// <summary>Creates the instruments.</summary>
    public SweeperMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        _expired = meter.CreateCounter<long>("wingman.sweeper.expired", "{session}", "Sessions ended by the sweeper.");
        _expired.ShowZero();
        _rounds = meter.CreateCounter<long>("wingman.sweeper.rounds", "{round}", "Rounds that the sweeper has completed.");
        _rounds.ShowZero();
        meter.CreateObservableGauge(
            "wingman.sweeper.oldest_overdue", () => OldestOverdueSeconds, "s", "How long the oldest overdue session is past its grace period, as of the last round.");
    }

    /// <summary>Set by each round that begins with the oldest overdue session; zero in processes that did not run one.</summary>
    public double OldestOverdueSeconds { get; set; }

    /// <summary>A round has ended sessions.</summary>
    public void Expired(int sessions) => _expired.Add(sessions);

    /// <summary>A round has ended without a failure of its own, also where no-shows are not detected.</summary>
    public void RoundCompleted() => _rounds.Add(1);
}
