using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>Confirmations and the calls around them, closed loop.</summary>
/// <param name="tables">The tables.</param>
internal sealed class ConfirmScenario(Tables tables) : Scenario
{
    public const string Completing = "completing";

    public override string Name => tables == Tables.Fresh ? "confirm" : "product";

    public override string Question => tables == Tables.Fresh
        ? "top throughput of each call, at 64 and 256 connections"
        : "the same on the product's own tables, with all their indexes";

    public override IReadOnlyList<SystemUnderTest> Systems => tables == Tables.Fresh
        ? [.. AllSystems.All.Except([AllSystems.Traced, AllSystems.Exported])]
        : [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override Tables Tables => tables;

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 2);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var sessions = await ConfirmTwiceAsync(run, cancellation);
        await run.ConfirmAsync("repeated", sessions, Confirmer.First, ConfirmAnswer.AlreadyCompleted, 64, cancellation);

        // No checkpoint between the two: a grain that has only loaded its row reads it again after some seconds.
        await run.CheckpointAsync(cancellation);
        sessions = run.TakeSessions(run.Scale.Phase);
        sessions = await run.ConfirmAsync(sessions, Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        sessions = await run.ConfirmAsync("first-hot", sessions, Confirmer.First, ConfirmAnswer.Waiting, 64, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(Completing + "-256", sessions, Confirmer.Second, ConfirmAnswer.Completed, 256, cancellation);

        await run.ReadAsync("reputation", run.ReputationCalls(run.Scale.Phase), 64, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ScheduleAsync("create", run.TakeMatches(run.Scale.Phase), 64, cancellation);
    }
}
