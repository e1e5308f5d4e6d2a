using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

internal sealed class CeilingScenario : Scenario
{
    public override string Name => "generator";

    public override string Question => "the load generator's own ceiling, against an endpoint that does nothing";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Peer];

    public override DatabaseShape Shape(BenchScale scale) => new("empty", 10, 0, 100);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await run.ReadAsync(null, new EmptyCalls(10 * run.Scale.Phase), 64, cancellation);
        await run.ReadAsync("empty", new EmptyCalls(10 * run.Scale.Phase), 64, cancellation);
    }
}
