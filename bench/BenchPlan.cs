using Wingman.Bench.Database;
using Wingman.Bench.Report;
using Wingman.Bench.Scenarios;
using Wingman.Bench.Systems;

namespace Wingman.Bench;

/// <summary>The runs and their order: each round goes through the scenarios and, in each, through its systems, beginning with another one.</summary>
internal sealed class BenchPlan
{
    private BenchPlan(IReadOnlyList<Scenario> scenarios, IReadOnlyList<(Scenario Scenario, SystemUnderTest System, RunIdentity Identity)> runs) =>
        (Scenarios, Runs) = (scenarios, runs);

    public IReadOnlyList<Scenario> Scenarios { get; }

    public IReadOnlyList<(Scenario Scenario, SystemUnderTest System, RunIdentity Identity)> Runs { get; }

    /// <exception cref="FormatException">A name that no scenario or system has.</exception>
    public static BenchPlan Create(BenchOptions options, BenchResults results)
    {
        var all = AllScenarios.Create(results);
        Check(options.Scenarios, [.. all.Select(scenario => scenario.Name)]);
        Check(options.Systems, [.. AllSystems.All.Select(system => system.Name)]);
        var chosen = all.Where(scenario => options.Scenarios.Count == 0 || options.Scenarios.Contains(scenario.Name)).ToList();
        var needed = chosen.SelectMany(scenario => scenario.Needs).ToHashSet();
        var scenarios = all.Where(scenario => chosen.Contains(scenario) || needed.Contains(scenario.Name)).ToList();
        var runs =
            from round in Enumerable.Range(0, options.Rounds)
            from scenario in scenarios
            from system in Rotated(SystemsOf(scenario, options), round)
            select (scenario, system, new RunIdentity(scenario.Name, system.Name, round));
        return new BenchPlan(scenarios, [.. runs]);
    }

    private static List<SystemUnderTest> SystemsOf(Scenario scenario, BenchOptions options) =>
    [
        .. scenario.Systems.Where(system =>
            (options.Systems.Count == 0 || options.Systems.Contains(system.Name))
            && (options.Damage is not { } damage || Damage.Applies(damage, system.Durability))),
    ];

    private static IEnumerable<SystemUnderTest> Rotated(List<SystemUnderTest> systems, int by) =>
        Enumerable.Range(0, systems.Count).Select(i => systems[(i + by) % systems.Count]);

    private static void Check(IEnumerable<string> names, string[] known)
    {
        foreach (var name in names.Except(known)) throw new FormatException($"'{name}' is none of: {string.Join(", ", known)}");
    }
}
