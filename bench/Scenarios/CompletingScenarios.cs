using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>First and completing confirmations with one changed condition.</summary>
internal abstract class CompletingScenario : Scenario
{
    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 2);

    public override Task RunAsync(ScenarioRun run, CancellationToken cancellation) => ConfirmTwiceAsync(run, cancellation);
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
