using System.Text.RegularExpressions;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Operators;

/// <summary>A running service exposes the metrics of its own that are documented, and no others.</summary>
[Collection(OperatedCollection.Name)]
public sealed partial class MetricsTests(OperatedFixture cluster)
{
    // Shown only after a receiver of webhooks is configured.
    private static readonly string[] Later = ["wingman.webhooks.", "wingman.log.reader_lag"];

    [Fact]
    public async Task Metrics_OfARunningService_AreThoseOfTheDocumentation_WithoutAnyId()
    {
        var session = await cluster.Cluster.NewSessionAsync();
        await cluster.Cluster.ConfirmAsync(session, Participant.User1);
        await cluster.Cluster.ConfirmAsync(session, Participant.User2);
        var documented = Documented();

        var shown = await Eventually.BecomesAsync(
            "all documented metrics are shown",
            _ => ShownAsync(),
            shown => documented.Where(static metric => !Later.Any(start => metric.Name.StartsWith(start, StringComparison.Ordinal))).All(metric => shown.Names.Contains(metric.Shown)));

        Assert.NotEmpty(documented);
        Assert.Empty(shown.Names.Except(documented.Select(static metric => metric.Shown)));
        Assert.DoesNotMatch(Id(), shown.Text);
        Assert.Contains("""wingman_confirmations_total{otel_scope_name="Wingman",outcome="Completed"}""", shown.Text, StringComparison.Ordinal);
    }

    private async Task<Figures> ShownAsync()
    {
        var text = string.Join('\n', await Task.WhenAll(OperatedFixture.HostNames.Select(cluster.ScrapeAsync)));
        return new([.. TypeLine().Matches(text).Select(static match => match.Groups[1].Value).Distinct()], text);
    }

    private static List<(string Name, string Shown)> Documented() =>
        [.. DocumentedRow().Matches(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "metrics.md"))).Select(static row => (row.Groups[1].Value, InPrometheus(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value)))];

    private static string InPrometheus(string name, string kind, string unit) =>
        $"{name.Replace('.', '_')}{(unit == "s" ? "_seconds" : "")}{(kind == "counter" ? "_total" : "")}";

    [GeneratedRegex(@"^\| `(wingman\.[a-z_.]+)` \| (\w+) \| (\S+) \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedRow();

    [GeneratedRegex(@"^# TYPE (wingman_\w+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")]
    private static partial Regex Id();

    private sealed record Figures(HashSet<string> Names, string Text)
    {
        public override string ToString() => string.Join(' ', Names.Order());
    }
}
