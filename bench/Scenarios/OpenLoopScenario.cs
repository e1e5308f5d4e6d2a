using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Report;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>Latency at a rate that the peer can serve, the same for every system.</summary>
internal sealed class OpenLoopScenario(BenchResults results) : Scenario
{
    private const double ShareOfPeersTopRate = 0.7;
    private const int Connections = 512;

    public override string Name => "open-loop";

    public override string Question => "latency at a fixed arrival rate: 70 % of the peer's top rate";

    public override IReadOnlyList<string> Needs => ["confirm"];

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 4);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var peersTop = results.Median(new("confirm", ConfirmScenario.Completing, AllSystems.Peer.Name), Quantity.Value)
            ?? throw new RunFailedException("The peer's top rate is unknown: its runs of scenario confirm failed.");
        var rate = peersTop * ShareOfPeersTopRate;
        await WarmUp.RunAsync(run, cancellation);
        var sessions = run.TakeSessions((int)Math.Min(rate * run.Scale.OpenLoop.TotalSeconds, 4 * run.Scale.Phase));
        sessions = await run.ConfirmAsync(sessions, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAtRateAsync(
            ConfirmScenario.Completing, sessions, Confirmer.Second, ConfirmAnswer.Completed, Connections, rate, cancellation);
    }
}
