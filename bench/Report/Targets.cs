using Wingman.Bench.Scenarios;

namespace Wingman.Bench.Report;

/// <summary>A promise about speed: a ratio, taken within each round, whose median must reach a bound.</summary>
/// <param name="What">What is promised, in words.</param>
/// <param name="Numerator">The measurement that is compared.</param>
/// <param name="Denominator">The measurement that it is divided by; null if the numerator itself must reach the bound.</param>
/// <param name="Quantity">What is read from both measurements.</param>
/// <param name="Must">The bound that must hold.</param>
/// <param name="Aim">The bound aimed for.</param>
/// <param name="IsCeiling">Whether the bounds are upper ones.</param>
/// <param name="Unit">The unit of the bounds.</param>
internal sealed record Target(
    string What, MeasureKey Numerator, MeasureKey? Denominator, Quantity Quantity, double Must, double Aim, bool IsCeiling = false, string Unit = "x")
{
    /// <summary>Whether the same of an earlier version is the denominator.</summary>
    public bool IsAgainstBefore { get; init; }

    public Spread? Measure(BenchResults results) => (IsAgainstBefore, Denominator) switch
    {
        (true, _) => results.RatioToBefore(Numerator, Quantity),
        (_, { } denominator) => results.Ratio(Numerator, denominator, Quantity),
        _ => Statistics.Spread(results.Of(Numerator).Select(measurement => BenchResults.Read(measurement, Quantity))),
    };

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
        Faster("first confirmations, cold", "confirm", "first-cold", 2, 3),
        Faster("first confirmations, hot", "confirm", "first-hot", 3, 5),
        Faster("completing confirmations, hot", "confirm", Completing, 3, 4),
        Faster("first, cold, on the product's tables", "product", "first-cold", 2, 3),
        Faster("first, hot, on the product's tables", "product", "first-hot", 2, 3),
        Faster("completing, hot, on the product's tables", "product", Completing, 2, 3),
        Sooner("p99 of completing, 64 connections", "confirm", Completing),
        Sooner("p99 of completing, 256 connections", "confirm", Completing + "-256"),
        Sooner("p99 of completing, open loop at 70 % of the peer's top rate", "open-loop", Completing),
        Faster("one user in all sessions, completing", "one-user", Completing, 6, 10),
        Faster("database 1 ms away, pool of 15, completing", "remote", Completing, 3, 5),
        new("split, completing, vs peer", new("confirm", Completing, "split"), new("confirm", Completing, "peer"), Quantity.Value, 2, 3),
        new("Postgres CPU per completing confirmation, vs before", Wingman("confirm", Completing), null, Quantity.PostgresCpu, 0.65, 0.5, IsCeiling: true)
        {
            IsAgainstBefore = true,
        },
        Ratio("durable vs the same grains in memory, completing", Wingman("confirm", Completing), new("confirm", Completing, "memory"), 0.45, 0.6),
        Faster("first reputation read of a user", "reputation", ReputationScenario.FirstRead, 0.7, 1),
        Signed("each user keeps a token", TokenScenario.Kept),
        Signed("every token is new", TokenScenario.New),
        Ratio(
            "cost per completing confirmation, many stored sessions vs 10 k",
            Wingman(AllScenarios.FewSessions, Completing), Wingman(AllScenarios.ManySessions, Completing), 1.15, 1.05) with { IsCeiling = true },
        new("memory per active session", Wingman("memory", "per-session"), null, Quantity.Value, 2.2, 1.5, IsCeiling: true, Unit: " KB"),
        Ratio("load in the overload, of the capacity", Wingman("overload", OverloadScenario.Offered), Wingman("overload", OverloadScenario.Capacity), 5, 5),
        new(
            "p99 of a refusal at five times the capacity, vs p99 of what is served without overload", Wingman("overload", OverloadScenario.Refused),
            Wingman("overload", OverloadScenario.Capacity), Quantity.P99, 1, 0.5, IsCeiling: true),
        Ratio("served at five times the capacity", Wingman("overload", OverloadScenario.Overloaded), Wingman("overload", OverloadScenario.Capacity), 0.8, 1),
        new(
            "p99 of what is served at five times the capacity", Wingman("overload", OverloadScenario.Overloaded), Wingman("overload", OverloadScenario.Capacity),
            Quantity.P99, 2, 1.5, IsCeiling: true),
        new(
            "growth of memory in a second overload, beyond that of as many sessions without overload", Wingman("overload", OverloadScenario.Growth), null,
            Quantity.Value, 100, 50, IsCeiling: true, Unit: " MB"),
        new(
            "time from the overload's end until 0.9x the capacity is served again", Wingman("overload", OverloadScenario.Recovery), null,
            Quantity.Value, 5, 1, IsCeiling: true, Unit: " s"),
        new(
            "p99 beside 12 of 64 sessions that are locked for 10 s, vs undisturbed", Wingman("locked-rows", LockedRowsScenario.BesideLocks),
            Wingman("locked-rows", LockedRowsScenario.Undisturbed), Quantity.P99, 3, 1.5, IsCeiling: true),
        new(
            "answers 503 to sessions that nobody has locked", Wingman("locked-rows", "unlocked-503"), null, Quantity.Value, 0, 0, IsCeiling: true, Unit: ""),
        new(
            "CPU per completing confirmation with a collector of traces, vs without",
            new("traces", Completing, "traced"), Wingman("traces", Completing), Quantity.TotalCpu, 1.03, 1.01, IsCeiling: true),
        new(
            "CPU per completing confirmation with a collector of traces and metrics, vs without",
            new("traces", Completing, "exported"), Wingman("traces", Completing), Quantity.TotalCpu, 1.03, 1.01, IsCeiling: true),
        new(
            "counting a user of 10,000 sessions",
            Wingman("large-user", LargeUserScenario.Count), null, Quantity.Value, 25, 18, IsCeiling: true, Unit: " ms"),
        Shown(LiveScenario.Confirmed, "wingman"),
        Shown(LiveScenario.Completed, "wingman"),
        Shown(LiveScenario.Confirmed, "split"),
        Shown(LiveScenario.Completed, "split"),
    ];

    private static MeasureKey Wingman(string scenario, string measure) => new(scenario, measure, "wingman");

    private static Target Ratio(string what, MeasureKey numerator, MeasureKey denominator, double must, double aim) =>
        new(what, numerator, denominator, Quantity.Value, must, aim);

    private static Target Signed(string how, string scenario) => Ratio(
        $"signed in (ES256) vs test headers, completing, {how}",
        Wingman(scenario, Completing), Wingman(scenario, TokenScenario.WithHeaders), 0.9, 0.97);

    private static Target Shown(string change, string system) => new(
        $"p99 from sending a confirmation until the buddy's stream shows '{change}', {system}",
        new("live", change, system), null, Quantity.P99, 1000, 100, IsCeiling: true, Unit: " ms");

    private static Target Faster(string what, string scenario, string measure, double must, double aim) =>
        Ratio(what + ", vs peer", Wingman(scenario, measure), new(scenario, measure, "peer"), must, aim);

    private static Target Sooner(string what, string scenario, string measure) => new(
        what + ", vs peer", Wingman(scenario, measure), new(scenario, measure, "peer"), Quantity.P99, 0.4, 0.25, IsCeiling: true);
}
