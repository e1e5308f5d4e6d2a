using System.Text.RegularExpressions;
using Wingman.Testing;

namespace Wingman.SystemTests.Deployment;

/// <summary>Reads from deploy/Dockerfile how its images start.</summary>
internal static partial class Image
{
    private static readonly string Text = File.ReadAllText(Path.Combine(HostBinaries.Repository, "deploy", "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal);

    /// <summary>The environment of both images.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = EnvironmentLine().Matches(Text)
        .SelectMany(static line => Setting().Matches(line.Groups["settings"].Value))
        .ToDictionary(static setting => setting.Groups["name"].Value, static setting => setting.Groups["value"].Value);

    /// <summary>The number of the user that both images run as.</summary>
    public static string User { get; } = UserLine().Match(Text).Groups["user"].Value;

    /// <summary>The files that the build of the images restores packages from.</summary>
    public static IReadOnlyList<string> RestoredFiles { get; } =
        [.. CopyLine().Matches(Text).SelectMany(static line => line.Groups["files"].Value.Split(' ')[..^1])];

    /// <summary>The commands of each image, by its target: the one that starts it, and the one that checks its health.</summary>
    public static IReadOnlyDictionary<string, (string Start, string Health)> Commands { get; } = Target().Matches(Text).ToDictionary(
        static target => target.Groups["name"].Value, static target => (target.Groups["start"].Value, target.Groups["health"].Value));

    [GeneratedRegex(@"^ENV (?<settings>.+)$", RegexOptions.Multiline)]
    private static partial Regex EnvironmentLine();

    [GeneratedRegex(@"(?<name>\w+)=(?<value>\S+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"^USER (?<user>\S+)$", RegexOptions.Multiline)]
    private static partial Regex UserLine();

    [GeneratedRegex(@"^COPY (?<files>(?!--).+)$", RegexOptions.Multiline)]
    private static partial Regex CopyLine();

    [GeneratedRegex(@"^FROM runtime AS (?<name>\w+)$.+?CMD (?<health>\[.+?\])$.+?^ENTRYPOINT (?<start>\[.+?\])$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Target();
}
