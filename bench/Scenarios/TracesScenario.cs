using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What traces and metrics that are sent to a collector cost, with traces of one request in a hundred, as they are by default: the
/// service without a collector beside the same with one.
/// </summary>
internal sealed class TracesScenario : Scenario
{
    public override string Name => "traces";

    public override string Question => "a collector of traces (1 %) and metrics: what it costs a confirmation";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Traced];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 2);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        // Two phases' sessions in one: the longer a phase, the less its figure varies.
        var sessions = run.TakeSessions(2 * run.Scale.Phase);
        await run.CheckpointAsync(cancellation);
        sessions = await run.ConfirmAsync(sessions, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(ConfirmScenario.Completing, sessions, Confirmer.Second, ConfirmAnswer.Completed, 64, cancellation);
    }
}
