using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Repository;

/// <summary>A block of code of a document.</summary>
/// <param name="Document">The document, relative to the root.</param>
/// <param name="Language">The language that the document names; empty where it names none.</param>
/// <param name="Text">The code.</param>
internal sealed record DocumentedBlock(string Document, string Language, string Text);

/// <summary>A command that a document tells its readers to run.</summary>
/// <param name="Text">The command on one line, without its comment.</param>
/// <param name="Block">The block that it is a line of; null for code within a sentence.</param>
internal sealed record DocumentedCommand(string Text, DocumentedBlock? Block);

/// <summary>
/// Finds the commands of the documents: the lines of blocks of code, and the code within sentences that begins with a program or with SQL.
/// </summary>
internal static partial class DocumentedCommands
{
    /// <summary>
    /// The documents, relative to the root. The changelog and the records of decisions say what was, so nobody runs a command because of them.
    /// </summary>
    public static IReadOnlyList<string> Documents { get; } = [.. RepositoryFiles.Documents()
        .Where(static document => document != "CHANGELOG.md" && !document.StartsWith("docs/decisions/", StringComparison.Ordinal))];

    /// <summary>The commands of a document, in their order.</summary>
    public static IReadOnlyList<DocumentedCommand> In(string document)
    {
        var ofBlocks =
            from block in Blocks(document)
            from line in Lines(block.Text)
            where IsCommand(block.Language, line)
            select new DocumentedCommand(line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line, block);
        var ofSentences = Code().Matches(Fence().Replace(RepositoryFiles.Read(document), ""))
            .Select(static code => Space().Replace(code.Groups["text"].Value, " "))
            .Where(static text => Beginning().IsMatch(text))
            .Select(static text => new DocumentedCommand(text, null));
        return [.. ofBlocks, .. ofSentences];
    }

    /// <summary>The text of the one block of a document that begins so.</summary>
    public static string Block(string document, string beginning) =>
        Assert.Single(Blocks(document), block => block.Text.StartsWith(beginning, StringComparison.Ordinal)).Text;

    private static IEnumerable<DocumentedBlock> Blocks(string document) => Fence().Matches(RepositoryFiles.Read(document))
        .Select(block => new DocumentedBlock(document, block.Groups["language"].Value, block.Groups["text"].Value));

    // A line that ends with a backslash goes on with the next one.
    private static IEnumerable<string> Lines(string text) => Continuation().Replace(text, " ").Split('\n')
        .Select(static line => Comment().Replace(line, "").Trim())
        .Where(static line => line.Length > 0);

    private static bool IsCommand(string language, string line) => language switch
    {
        "bash" or "sh" or "sql" => true,
        // What a console shows: commands, and what they print.
        "console" => line.StartsWith("$ ", StringComparison.Ordinal),
        "" => Beginning().IsMatch(line),
        _ => false,
    };

    [GeneratedRegex(@"^ *```(?<language>\w*)\n(?<text>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(
        """
        ^(\$\ )?(
          (\w+=\S*\ )*                                            # variables that are set for the command
          (\./wingman|apt-get|brew|chmod|chronyc|cp|curl|date|docker|dotnet(-\w+)?|git|kill|kubectl|nc|npm|openssl|pg_dump|pg_restore
          |printf|promtool|psql|source|ssh|systemctl)\ \S
          | select\ \S
          | (alter|create|delete|drop|grant|insert|revoke|rollback|update)\ \S+\ \S
        )
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(^|\s+)#\s.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
