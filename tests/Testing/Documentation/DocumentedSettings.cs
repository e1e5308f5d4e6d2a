namespace Wingman.Testing;

/// <summary>The table of all settings in docs/deployment.md.</summary>
/// <param name="Name">The setting, with <c>:</c> between its parts.</param>
/// <param name="Default">The default in the table.</param>
public sealed record DocumentedSetting(string Name, string Default)
{
    private const string Heading = "| setting | default |";

    /// <summary>All rows, in the table's order.</summary>
    public static IReadOnlyList<DocumentedSetting> ReadAll() =>
    [
        .. File.ReadLines(Path.Combine(HostBinaries.Repository, "docs", "deployment.md"))
            .SkipWhile(static line => !line.StartsWith(Heading, StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(static cells => new DocumentedSetting(cells[1].Trim('`'), cells[2].Trim('`'))),
    ];
}
