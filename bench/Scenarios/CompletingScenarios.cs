using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>First and completing confirmations with one changed condition.</summary>
internal abstract class CompletingScenario : Scenario
{
    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 2);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        var sessions = run.TakeSessions(run.Scale.Phase);
        await run.CheckpointAsync(cancellation);
        sessions = await run.ConfirmAsync("first-cold", sessions, Confirmer.First, ConfirmAnswer.Waiting, 64, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(ConfirmScenario.Completing, sessions, Confirmer.Second, ConfirmAnswer.Completed, 64, cancellation);
    }
}

internal sealed class OneUserScenario : CompletingScenario
{
    public override string Name => "one-user";

    public override string Question => "one user in all sessions: do their completions queue?";

    public override DatabaseShape Shape(BenchScale scale)
    {
        var sessions = scale.WarmUpSessions + scale.Phase;
        return new DatabaseShape("one_user", sessions, 0, sessions / 10) { OneUserInAll = true };
    }
}

internal sealed class RemoteDatabaseScenario : CompletingScenario
{
    public override string Name => "remote";

    public override string Question => "the database 1 ms away, 15 connections to it";

    public override int PoolSize => 15;

    public override TimeSpan DatabaseRoundTrip => TimeSpan.FromMilliseconds(1);
}
