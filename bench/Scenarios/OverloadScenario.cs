using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What happens when five times as many requests are due as the service can serve, and five times as many callers make them as are let in
/// at once. Sessions are confirmed for the first time, cold: without overload, in an overload, right after it, and in a second overload.
/// The first overload shows how soon requests are refused, how many are still served, and how fast; the phase after it how soon the former
/// rate is reached again. Memory is compared over the second overload, because what the first one needs once (buffers of its connections, a
/// larger heap) is then there. A session that is served stays in memory with or without overload: that part is taken from the phase in
/// between.
/// </summary>
internal sealed class OverloadScenario : Scenario
{
    public const string Capacity = "capacity";
    public const string Overloaded = "overloaded";
    public const string Offered = Overloaded + "-offered";
    public const string Refused = Overloaded + "-refused";
    public const string Recovery = "recovery";
    public const string Growth = "growth";

    /// <summary>How many requests the service admits at once: as many as the connections with which its capacity is measured.</summary>
    private const int Admitted = 1024;

    private const int Times = 5;

    /// <summary>Five times as many callers as those who use the capacity, each of whom retries at once.</summary>
    private const int Connections = Times * Admitted;

    /// <summary>The share of the capacity at which the service has recovered.</summary>
    private const double RecoveredShare = 0.9;

    private const int PhasesPerOverload = 3;
    private const int PhasesOfRecovery = 2;
    private const double Megabyte = 1024 * 1024;

    /// <summary>How long the recovery is waited for: longer than it may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override string Name => "overload";

    public override string Question => $"five times the capacity, at most {Admitted} requests in progress";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 1 + PhasesOfRecovery + (2 * PhasesPerOverload));

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(Capacity, run.TakeSessions(run.Scale.Phase), Confirmer.First, ConfirmAnswer.Waiting, Admitted, cancellation);
        var capacity = run.ValueOf(Capacity);

        await run.CheckpointAsync(cancellation);
        await OverloadAsync(run, Overloaded, capacity, cancellation);
        var first = run.ResidentBytes();
        var (confirmed, recovery) = await run.RecoverAsync(
            "recovered", run.TakeSessions(PhasesOfRecovery * run.Scale.Phase), Admitted, Patience, RecoveredShare * capacity, cancellation);
        run.Record(Recovery, (recovery ?? Patience).TotalSeconds, "s");
        RecordRefusalCost(run);

        var second = run.ResidentBytes();
        await run.CheckpointAsync(cancellation);
        var served = await OverloadAsync(run, Overloaded + "-again", capacity, cancellation);
        var ofServed = Math.Max(0, second - first) / (double)confirmed * served;
        run.Record(Growth + "-of-served", ofServed / Megabyte, "MB");
        run.Record(Growth, (run.ResidentBytes() - second - ofServed) / Megabyte, "MB");
    }

    private static Task<int> OverloadAsync(ScenarioRun run, string measure, double capacity, CancellationToken cancellation)
    {
        var sessions = run.TakeSessions(PhasesPerOverload * run.Scale.Phase);
        // Shorter where there would not be enough sessions, with a quarter to spare.
        var longest = TimeSpan.FromSeconds((sessions.Length - Connections) / (1.25 * capacity));
        return run.OverloadAsync(
            measure, sessions, Connections, Times * capacity, longest < run.Scale.OpenLoop ? longest : run.Scale.OpenLoop, cancellation);
    }

    // What the service's CPU time is beyond that of as many answers without overload. An answer may cost more in an overload, which
    // makes this too high rather than too low.
    private static void RecordRefusalCost(ScenarioRun run)
    {
        if (!run.Measurements.Any(static measurement => measurement.Measure == Refused)) return;

        var beyond = run.ServiceCostOf(Overloaded) - run.ServiceCostOf(Capacity);
        run.Record("refusal-cpu", beyond * run.ValueOf(Overloaded) / run.ValueOf(Refused), "us");
    }
}
