using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What traces of one request in a hundred, as they are by default, cost where they are sent to a collector, and what it costs to send metrics
/// there as well: the service without a collector beside the same with one. Prometheus can fetch metrics in all three.
/// </summary>
internal sealed class TracesScenario : AddedCostScenario
{
    public override string Name => "traces";

    public override string Question => "a collector of traces (1 %), and of metrics too: what it costs a confirmation";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Traced, AllSystems.Exported];
}
