using System.Globalization;
using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

internal sealed class ConnectionSweepScenario : Scenario
{
    private const int SessionsPerConnection = 500;

    public override string Name => "connections";

    public override string Question => "completing confirmations from 1 to 1024 connections";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, scale.Connections.Count);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        foreach (var connections in run.Scale.Connections)
        {
            var sessions = run.TakeSessions(Math.Min(run.Scale.Phase, Math.Max(2_000, connections * SessionsPerConnection)));
            sessions = await run.ConfirmAsync(sessions, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
            await run.CheckpointAsync(cancellation);
            var measure = string.Create(CultureInfo.InvariantCulture, $"{ConfirmScenario.Completing}-{connections}");
            await run.ConfirmAsync(measure, sessions, Confirmer.Second, ConfirmAnswer.Completed, connections, cancellation);
        }
    }
}
