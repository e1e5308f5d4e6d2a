using Wingman.Bench.LoadGenerator;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>What the Orleans dashboard costs with its default settings: switched off, switched on, and open.</summary>
internal sealed class DashboardScenario : AddedCostScenario
{
    public override string Name => "dashboard";

    public override string Question => "the Orleans dashboard: what it costs a confirmation, while nobody looks at it and while someone does";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.WithDashboard, AllSystems.DashboardOpen];

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        if (run.Identity.System != AllSystems.DashboardOpen.Name)
        {
            await base.RunAsync(run, cancellation);
            return;
        }

        await using var page = new OpenDashboard(run.Operations);
        await base.RunAsync(run, cancellation);
    }
}
