using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Monitoring;

/// <summary>What a query of Prometheus names: its metrics, and the labels that each must have for the query to make sense.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "bool", "by", "without", "on", "ignoring", "group_left", "group_right", "offset"];

    /// <summary>The metrics of a query, without functions, labels and keywords.</summary>
    public static IReadOnlySet<string> MetricsOf(string query) => Identifier().Matches(Grouping().Replace(Range().Replace(Matchers().Replace(query, ""), ""), ""))
        .Select(static name => name.Value).Where(static name => !Words.Contains(name)).ToHashSet();

    /// <summary>
    /// The labels of a query, each with a metric that must have it: matchers apply to their own metric, and labels that are grouped
    /// by apply to every metric of the query.
    /// </summary>
    public static IReadOnlySet<(string Metric, string Label)> LabelsOf(string query)
    {
        var matched = Selector().Matches(query).SelectMany(static selector => Matcher().Matches(selector.Groups["matchers"].Value)
            .Select(matcher => (selector.Groups["metric"].Value, matcher.Groups["label"].Value)));
        var grouped = Grouping().Matches(Matchers().Replace(query, "")).SelectMany(static group => group.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries));
        return matched.Concat(from label in grouped from metric in MetricsOf(query) select (metric, label)).ToHashSet();
    }

    /// <summary>
    /// The query of an alert, changed so that it gives 0 or 1 wherever it can be decided, also when the alert does not fire:
    /// comparisons give a number instead of filtering, and a query for absent or unequal series asks for their presence instead.
    /// </summary>
    public static string Decided(string alert) => MatchersOrComparison()
        .Replace(alert, static part => part.Groups["comparison"].Success ? $"{part.Value} bool" : part.Value)
        .Replace("absent(", "count(", StringComparison.Ordinal)
        .Replace(" unless ", " and ", StringComparison.Ordinal);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\{[^}]*\}|(?<comparison>[=!]=|[<>]=?)")]
    private static partial Regex MatchersOrComparison();

    [GeneratedRegex(@"(?<metric>\w+)\{(?<matchers>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>\w+)\s*[=!]")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\b[a-zA-Z_]\w*\b(?!\s*\()")]
    private static partial Regex Identifier();
}
