using System.Text.RegularExpressions;
using Wingman.SystemTests.Repository;

namespace Wingman.SystemTests.Monitoring;

/// <summary>Reads from docs/runbook.md what it refers to.</summary>
internal static partial class Runbook
{
    private static readonly string Text = RepositoryFiles.Read("docs/runbook.md");

    /// <summary>The sections about alerts, by the alert's name.</summary>
    public static IReadOnlyDictionary<string, string> Sections { get; } = Section().Matches(Text)
        .ToDictionary(static section => section.Groups["name"].Value, static section => section.Groups["text"].Value);

    /// <summary>The metrics that it says to check, by their names in Prometheus.</summary>
    public static IReadOnlySet<string> Metrics { get; } = Metric().Matches(Text).Select(static metric => metric.Groups["name"].Value).ToHashSet();

    /// <summary>The settings that it says to change.</summary>
    public static IReadOnlySet<string> Settings { get; } = Setting().Matches(Text).Select(static setting => setting.Value).ToHashSet();

    /// <summary>What it puts in quotes outside of code: panels of the dashboard, and checks of the doctor.</summary>
    public static IReadOnlySet<string> Quotes { get; } = Quote().Matches(Code().Replace(Text, "")).Select(static quote => Space().Replace(quote.Groups["text"].Value, " ")).ToHashSet();

    [GeneratedRegex(@"^### (?<name>\w+)$(?<text>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex("`(?<name>(wingman|orleans|dotnet|http|kestrel|db_client)_\\w+)")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\bWingman:\w+:\w+")]
    private static partial Regex Setting();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex("\"(?<text>[^\"]+)\"")]
    private static partial Regex Quote();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
