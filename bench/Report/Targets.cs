using Wingman.Bench.Scenarios;

namespace Wingman.Bench.Report;

/// <summary>A promise about speed: a ratio, taken within each round, whose median must reach a bound.</summary>
/// <param name="What">In words.</param>
/// <param name="Numerator">What is compared.</param>
/// <param name="Denominator">With what; null: the numerator's value itself is bounded.</param>
/// <param name="Quantity">Of both.</param>
/// <param name="Must">The bound that must hold.</param>
/// <param name="Aim">The bound aimed for.</param>
/// <param name="IsCeiling">Whether the bounds are upper ones.</param>
/// <param name="Unit">Of the bounds.</param>
internal sealed record Target(
    string What, MeasureKey Numerator, MeasureKey? Denominator, Quantity Quantity, double Must, double Aim, bool IsCeiling = false, string Unit = "x")
{
    public Spread? Measure(BenchResults results) => Denominator is { } denominator
        ? results.Ratio(Numerator, denominator, Quantity)
        : Statistics.Spread(results.Of(Numerator).Select(measurement => BenchResults.Read(measurement, Quantity)));

    public string Judge(double measured) =>
        Reaches(measured, Aim) ? "aim reached" : Reaches(measured, Must) ? "met" : "missed";

    private bool Reaches(double measured, double bound) => IsCeiling ? measured <= bound : measured >= bound;
}

/// <summary>The table of the design's section on speed.</summary>
internal static class Targets
{
    private const string Completing = ConfirmScenario.Completing;

    public static readonly IReadOnlyList<Target> All =
    [
        Faster("first confirmations, cold", "confirm", "first-cold", 1.2, 2),
        Faster("first confirmations, hot", "confirm", "first-hot", 1.5, 2.5),
        Faster("completing confirmations, hot", "confirm", Completing, 2, 3),
        Sooner("p99 of completing, 64 connections", "confirm", Completing),
        Sooner("p99 of completing, 256 connections", "confirm", Completing + "-256"),
        Sooner("p99 of completing, open loop at 70 % of the peer's top rate", "open-loop", Completing),
        Faster("one user in all sessions, completing", "one-user", Completing, 3, 6),
        Faster("database 1 ms away, pool of 15, completing", "remote", Completing, 2.5, 4),
        new("split, completing, vs peer", new("confirm", Completing, "split"), new("confirm", Completing, "peer"), Quantity.Value, 1, 1.5),
        new("completing, vs the stock storage", new("confirm", Completing, "wingman"), new("confirm", Completing, "stock"), Quantity.Value, 5, 8),
        new(
            "completing, vs the same grains in memory",
            new("confirm", Completing, "wingman"),
            new("confirm", Completing, "memory"),
            Quantity.Value,
            0.6,
            0.8),
        new(
            "cost per completing confirmation, many stored sessions vs 10 k",
            new(AllScenarios.FewSessions, Completing, "wingman"),
            new(AllScenarios.ManySessions, Completing, "wingman"),
            Quantity.Value,
            1.2,
            1.05,
            IsCeiling: true),
        new(
            "memory per active session", new("memory", "per-session", "wingman"), null, Quantity.Value, 3, 1.5, IsCeiling: true, Unit: " KB"),
    ];

    private static Target Faster(string what, string scenario, string measure, double must, double aim) => new(
        what + ", vs peer", new(scenario, measure, "wingman"), new(scenario, measure, "peer"), Quantity.Value, must, aim);

    private static Target Sooner(string what, string scenario, string measure) => new(
        what + ", vs peer", new(scenario, measure, "wingman"), new(scenario, measure, "peer"), Quantity.P99, 0.5, 0.25, IsCeiling: true);
}
