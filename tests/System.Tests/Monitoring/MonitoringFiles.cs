using System.Text.Json;
using Wingman.SystemTests.Deployment;
using Wingman.SystemTests.Repository;
using YamlDotNet.Serialization;

namespace Wingman.SystemTests.Monitoring;

/// <summary>A query to Prometheus, and the alert or the panel that it is from.</summary>
internal sealed record Query(string Asker, string Expression);

/// <summary>An alert of rules.yml.</summary>
internal sealed record Alert(string Name, string Expression, string Severity, string Summary, string Runbook);

/// <summary>A case of rules.test.yml: an alert, and whether it is expected to fire.</summary>
internal sealed record AlertCase(string Alert, bool Fires);

/// <summary>A panel of the dashboard that is no row.</summary>
internal sealed record Panel(int Id, string Title, string Unit, IReadOnlySet<string> DataSources, IReadOnlyList<string> Expressions, Place Place);

/// <summary>Where a panel is, in the units of the dashboard's grid, which is 24 wide.</summary>
internal sealed record Place(int X, int Y, int Width, int Height)
{
    public bool Overlaps(Place other) => X < other.X + other.Width && other.X < X + Width && Y < other.Y + other.Height && other.Y < Y + Height;
}

/// <summary>deploy/prometheus and deploy/grafana, read.</summary>
internal static class MonitoringFiles
{
    public const string Configuration = "deploy/prometheus/prometheus.yml";
    public const string Rules = "deploy/prometheus/rules.yml";
    public const string RuleTests = "deploy/prometheus/rules.test.yml";
    public const string Dashboard = "deploy/grafana/dashboards/wingman.json";
    public const string DataSource = "deploy/grafana/provisioning/datasources/prometheus.yml";

    private static readonly IDeserializer Yaml = new DeserializerBuilder().Build();

    public static IReadOnlyList<Alert> Alerts { get; } =
        [.. List(Read(Rules)["groups"]).SelectMany(static group => List(group["rules"])).Select(static rule => new Alert(
            (string)rule["alert"],
            (string)rule["expr"],
            (string)ComposeFile.Map(rule["labels"])["severity"],
            (string)ComposeFile.Map(rule["annotations"])["summary"],
            (string)ComposeFile.Map(rule["annotations"])["runbook"]))];

    public static IReadOnlyList<AlertCase> Cases { get; } =
        [.. List(Read(RuleTests)["tests"]).SelectMany(static test => List(test["alert_rule_test"])).Select(static rule => new AlertCase(
            (string)rule["alertname"], rule.ContainsKey("exp_alerts")))];

    public static IReadOnlyList<Panel> Panels { get; } = ReadPanels();

    /// <summary>Every expression of an alert or a panel.</summary>
    public static IReadOnlyList<Query> Queries { get; } =
        [.. Alerts.Select(static alert => new Query(alert.Name, alert.Expression)), .. PanelQueries()];

    /// <summary>The panels' queries, with Grafana's variables filled in.</summary>
    public static IEnumerable<Query> PanelQueries() => Panels.SelectMany(static panel => panel.Expressions.Select(expression =>
        new Query(panel.Title, expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal))));

    /// <summary>A YAML file.</summary>
    public static Dictionary<string, object> Read(string file) => Parse(RepositoryFiles.Read(file));

    /// <summary>YAML.</summary>
    public static Dictionary<string, object> Parse(string text) => Yaml.Deserialize<Dictionary<string, object>>(text);

    /// <summary>A list of mappings.</summary>
    public static List<Dictionary<string, object>> List(object node) => [.. ((List<object>)node).Select(ComposeFile.Map)];

    private static List<Panel> ReadPanels()
    {
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Read(Dashboard));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(static panel => panel.GetProperty("type").GetString() != "row").Select(static panel => new Panel(
            panel.GetProperty("id").GetInt32(),
            panel.GetProperty("title").GetString()!,
            panel.GetProperty("fieldConfig").GetProperty("defaults").TryGetProperty("unit", out var unit) ? unit.GetString()! : "",
            panel.GetProperty("targets").EnumerateArray().Append(panel).Select(static part => part.GetProperty("datasource").GetProperty("uid").GetString()!).ToHashSet(),
            [.. panel.GetProperty("targets").EnumerateArray().Select(static target => target.GetProperty("expr").GetString()!)],
            PlaceOf(panel.GetProperty("gridPos"))))];
    }

    private static Place PlaceOf(JsonElement grid) => new(
        grid.GetProperty("x").GetInt32(), grid.GetProperty("y").GetInt32(), grid.GetProperty("w").GetInt32(), grid.GetProperty("h").GetInt32());
}
