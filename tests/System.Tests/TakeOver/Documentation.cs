using System.Text.RegularExpressions;
using Wingman.Testing;

namespace Wingman.SystemTests.TakeOver;

/// <summary>docs/existing-database.md, as the tests read it.</summary>
internal static partial class Documentation
{
    private static readonly Lazy<string> Text = new(static () => File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "existing-database.md")));

    /// <summary>The blocks of code in a language, in their order.</summary>
    public static IReadOnlyList<string> Blocks(string language) =>
        [.. Fence().Matches(Text.Value).Where(block => block.Groups[1].Value == language).Select(static block => block.Groups[2].Value)];

    /// <summary>The rows of the table of differences, by their name in the first column.</summary>
    public static IReadOnlyCollection<string> Differences()
    {
        var section = Text.Value[Text.Value.IndexOf("## What differs on purpose", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)];
        return [.. Row().Matches(section).Select(static row => row.Groups[1].Value)];
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\| \*\*([^*]+)\*\* \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
