using Wingman.Bench.Database;
using Wingman.Bench.Report;

namespace Wingman.Bench.Scenarios;

internal static class AllScenarios
{
    public const string FewSessions = "stored-10k";
    public const string ManySessions = "stored-many";

    /// <summary>All scenarios, in the order in which they run.</summary>
    public static IReadOnlyList<Scenario> Create(BenchResults results) =>
    [
        new CeilingScenario(),
        new ConfirmScenario(Tables.Fresh),
        new ConfirmScenario(Tables.Product),
        new OneUserScenario(),
        new RemoteDatabaseScenario(),
        new OpenLoopScenario(results),
        new TokenScenario(areNew: false),
        new TokenScenario(areNew: true),
        new CostScenario(),
        new OverloadScenario(),
        new LockedRowsScenario(),
        new TracesScenario(),
        new DashboardScenario(),
        new ConnectionSweepScenario(),
        new ReputationScenario(),
        new LargeUserScenario(),
        new StoredSessionsScenario(FewSessions, static _ => 10_000),
        new StoredSessionsScenario(ManySessions, static scale => scale.ManySessions),
        new MemoryScenario(),
        new StreamsScenario(),
        new LiveScenario(),
    ];
}
