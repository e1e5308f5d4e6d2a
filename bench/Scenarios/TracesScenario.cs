using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What traces and metrics that are sent to a collector cost, with traces of one request in a hundred, as they are by default: the
/// service without a collector beside the same with one.
/// </summary>
internal sealed class TracesScenario : AddedCostScenario
{
    public override string Name => "traces";

    public override string Question => "a collector of traces (1 %) and metrics: what it costs a confirmation";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Traced];
}
