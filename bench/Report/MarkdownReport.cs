using System.Globalization;
using System.Text;
using Wingman.Bench.Scenarios;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Report;

/// <summary>The tables, for the terminal and for a file.</summary>
internal static class MarkdownReport
{
    private const string Baseline = "peer";

    public static string Write(RunDescription run, BenchResults results, IEnumerable<Scenario> scenarios)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Bench of {run.Commit}, {run.StartedAt:yyyy-MM-dd HH:mm} UTC\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{run.Machine}; {run.Runtime}; Postgres {run.Postgres}, durable. ");
        text.Append(CultureInfo.InvariantCulture, $"Rounds: {run.Rounds}, scale: {run.Scale}. Medians over rounds, with min..max.\n\n");
        foreach (var system in AllSystems.All) text.Append(CultureInfo.InvariantCulture, $"- `{system.Name}`: {system.Title}\n");
        text.Append("\n## Targets\n\n");
        WriteTargets(text, results);
        foreach (var scenario in scenarios.Where(scenario => results.Measures.Any(measure => measure.Scenario == scenario.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {scenario.Name}: {scenario.Question}\n\n");
            WriteScenario(text, results, scenario.Name);
        }

        if (results.Failures.Count > 0) WriteFailures(text, results);
        return text.ToString();
    }

    public static void WriteTargets(StringBuilder text, BenchResults results)
    {
        text.Append("| what | must | aim | measured | |\n|---|---|---|---|---|\n");
        foreach (var target in Targets.All)
        {
            var sign = target.IsCeiling ? "<= " : "";
            var measured = target.Measure(results);
            text.Append(CultureInfo.InvariantCulture, $"| {target.What} | {sign}{target.Must}{target.Unit} | {sign}{target.Aim}{target.Unit} ");
            text.Append(measured is null
                ? "| not measured | |\n"
                : string.Create(CultureInfo.InvariantCulture, $"| {Format(measured)}{target.Unit} | {target.Judge(measured.Median)} |\n"));
        }
    }

    private static void WriteScenario(StringBuilder text, BenchResults results, string scenario)
    {
        text.Append("| measure | system | value | vs peer | p50 ms | p99 ms | p99 vs peer | max ms | CPU us/call: service | Postgres | load | WAL bytes/call |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var (_, measure) in results.Measures.Where(measure => measure.Scenario == scenario))
        {
            foreach (var system in results.SystemsOf(scenario, measure)) WriteRow(text, results, new MeasureKey(scenario, measure, system));
        }
    }

    private static void WriteRow(StringBuilder text, BenchResults results, MeasureKey key)
    {
        var all = results.Of(key);
        var baseline = key with { System = Baseline };
        var unit = all[0].Unit;
        text.Append(CultureInfo.InvariantCulture, $"| {key.Measure} | {key.System} | {Format(Over(value => value.Value))} {unit} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Format(results.Ratio(key, baseline, Quantity.Value))} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Format(Over(value => value.Latency?.P50))} | {Format(Over(value => value.Latency?.P99))} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Format(results.Ratio(key, baseline, Quantity.P99))} | {Middle(value => value.Latency?.Max)} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Middle(value => value.Cpu?.Service)} | {Middle(value => value.Cpu?.Postgres)} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Middle(value => value.Cpu?.Generator)} | {Middle(value => value.Cpu?.LogBytes)} |\n");

        Spread? Over(Func<Measurement, double?> read) => Statistics.Spread(all.Select(value => read(value) ?? double.NaN));
        string Middle(Func<Measurement, double?> read) => Over(read) is { } spread ? Number(spread.Median) : "";
    }

    private static void WriteFailures(StringBuilder text, BenchResults results)
    {
        text.Append("\n## Failed runs (no figures)\n\n");
        foreach (var failure in results.Failures)
        {
            var reason = failure.Reason.ReplaceLineEndings(" ");
            text.Append(CultureInfo.InvariantCulture, $"- {failure.Run.Scenario}, {failure.Run.System}, round {failure.Run.Round + 1}: {reason}\n");
        }
    }

    private static string Format(Spread? spread) => spread switch
    {
        null => "",
        { Rounds: 1 } => Number(spread.Median),
        _ => $"{Number(spread.Median)} ({Number(spread.Min)}..{Number(spread.Max)})",
    };

    private static string Number(double value) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
