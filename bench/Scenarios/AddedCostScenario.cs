using Wingman.Bench.Calls;
using Wingman.Bench.Database;

namespace Wingman.Bench.Scenarios;

/// <summary>What something that can be switched on costs a completing confirmation: the service without it beside the same with it.</summary>
internal abstract class AddedCostScenario : Scenario
{
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
