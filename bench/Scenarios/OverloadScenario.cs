using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What happens when five times as many requests arrive as the service can serve: how many it still serves and how fast, how much
/// memory it needs, and whether it has its former speed afterwards. Sessions are confirmed for the first time, cold.
/// </summary>
internal sealed class OverloadScenario : Scenario
{
    public const string Capacity = "capacity";
    public const string Overloaded = "overloaded";
    public const string Recovered = "recovered";
    public const string Growth = "growth";

    /// <summary>How many requests the service admits at once: as many as the connections with which its capacity is measured.</summary>
    private const int Admitted = 1024;

    private const int Connections = 4096;
    private const double Times = 5;

    public override string Name => "overload";

    public override string Question => $"five times the capacity, at most {Admitted} requests in progress";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 6);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(Capacity, run.TakeSessions(run.Scale.Phase), Confirmer.First, ConfirmAnswer.Waiting, Admitted, cancellation);
        var capacity = run.ValueOf(Capacity);

        await run.CheckpointAsync(cancellation);
        var before = run.ResidentBytes();
        var sessions = run.TakeSessions(3 * run.Scale.Phase);
        await run.OverloadAsync(
            Overloaded, sessions, (int)(Times * capacity * run.Scale.OpenLoop.TotalSeconds), Connections, Times * capacity, cancellation);
        run.Record(Growth, (run.ResidentBytes() - before) / 1024.0 / 1024.0, "MB");

        await run.ConfirmAsync(Recovered, run.TakeSessions(run.Scale.Phase), Confirmer.First, ConfirmAnswer.Waiting, Admitted, cancellation);
    }
}
