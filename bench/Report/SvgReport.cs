using System.Globalization;
using System.Text;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Report;

/// <summary>Throughput on the left, p99 on the right, a row of bars per measure; readable on light and on dark.</summary>
internal static class SvgReport
{
    private const int LabelWidth = 190;
    private const int PanelWidth = 380;
    private const int PanelGap = 70;
    private const int BarHeight = 13;
    private const int GroupGap = 14;
    private const int HeaderHeight = 96;

    // In the order of the systems. Those after the last colour are in no row.
    private static readonly string[] Colours = ["#2f7ed8", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#009e73", "#b58900"];

    private static readonly (string Scenario, string Measure, string Title)[] Rows =
    [
        ("confirm", "first-cold", "first, cold"),
        ("confirm", "first-hot", "first, hot"),
        ("confirm", "completing", "completing"),
        ("confirm", "completing-256", "completing, 256 conn."),
        ("confirm", "repeated", "repeated"),
        ("confirm", "reputation", "reputation read"),
        ("confirm", "create", "session creation"),
        ("product", "first-cold", "product's tables: first, cold"),
        ("product", "first-hot", "first, hot"),
        ("product", "completing", "completing"),
        ("one-user", "completing", "one user, completing"),
        ("remote", "completing", "database 1 ms away"),
        ("open-loop", "completing", "open loop"),
        ("reputation", "first-read", "reputation, first read"),
    ];

    public static string Write(RunDescription run, BenchResults results)
    {
        var rows = Rows.Where(row => results.SystemsOf(row.Scenario, row.Measure).Any()).ToList();
        var systems = AllSystems.All.Select(system => system.Name)
            .Where(system => rows.Any(row => results.SystemsOf(row.Scenario, row.Measure).Contains(system)))
            .ToList();
        var bars = new StringBuilder();
        var y = HeaderHeight;
        foreach (var (scenario, measure, title) in rows)
        {
            var present = systems.Where(system => results.SystemsOf(scenario, measure).Contains(system)).ToList();
            var middle = y + (present.Count * BarHeight / 2) + 4;
            bars.Append(CultureInfo.InvariantCulture, $"""<text x="{LabelWidth - 10}" y="{middle}" text-anchor="end">{title}</text>""").Append('\n');
            Panel(bars, results, (scenario, measure), present, Quantity.Value, LabelWidth, y);
            Panel(bars, results, (scenario, measure), present, Quantity.P99, LabelWidth + PanelWidth + PanelGap, y);
            y += (present.Count * BarHeight) + GroupGap;
        }

        return Frame(run, systems, bars, y);
    }

    // Each group has a scale of its own: calls differ by an order of magnitude, and the diagram compares systems.
    private static void Panel(
        StringBuilder svg, BenchResults results, (string Scenario, string Measure) measure, List<string> systems, Quantity quantity, int x, int y)
    {
        var values = systems.Select(system => results.Median(new(measure.Scenario, measure.Measure, system), quantity) ?? 0).ToList();
        var largest = Math.Max(values.Max(), double.Epsilon);
        for (var i = 0; i < systems.Count; i++)
        {
            var width = Math.Max(1, values[i] / largest * (PanelWidth - 60));
            var top = y + (i * BarHeight);
            var label = quantity == Quantity.Value ? values[i].ToString("N0", CultureInfo.InvariantCulture) : values[i].ToString("0.0", CultureInfo.InvariantCulture);
            svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x}" y="{top}" width="{width:0.#}" height="{BarHeight - 2}" rx="2" fill="{ColourOf(systems[i])}"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text class="value" x="{x + width + 5:0.#}" y="{top + 9}">{label}</text>""").Append('\n');
        }
    }

    private static string Frame(RunDescription run, List<string> systems, StringBuilder bars, int height)
    {
        const int Width = LabelWidth + (2 * PanelWidth) + PanelGap + 10;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height + 10}" width="{Width}" height="{height + 10}" role="img" aria-label="Throughput and p99 latency by system">
            <style>
            text {"{"} font: 12px system-ui, sans-serif; fill: #57606a {"}"} .title {"{"} font-size: 15px; font-weight: 600 {"}"} .value {"{"} font-size: 10px {"}"}
            @media (prefers-color-scheme: dark) {"{"} text {"{"} fill: #c9d1d9 {"}"} {"}"}
            </style>
            <text class="title" x="{LabelWidth}" y="22">Wingman beside plain SQL</text>
            <text class="value" x="{LabelWidth}" y="38">{Escape($"{run.Commit}, {run.StartedAt:yyyy-MM-dd}; {run.Machine}")}</text>
            <text x="{LabelWidth}" y="84">calls per second (longer is better)</text>
            <text x="{LabelWidth + PanelWidth + PanelGap}" y="84">p99 latency, ms (shorter is better)</text>

            """);
        var x = LabelWidth;
        foreach (var system in systems)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x}" y="51" width="11" height="11" rx="2" fill="{ColourOf(system)}"/><text x="{x + 16}" y="61">{system}</text>""").Append('\n');
            x += 40 + (system.Length * 7);
        }

        return svg.Append(bars).Append("</svg>\n").ToString();
    }

    private static string ColourOf(string system) => Colours[AllSystems.All.Select((known, index) => (known, index)).First(known => known.known.Name == system).index];

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
