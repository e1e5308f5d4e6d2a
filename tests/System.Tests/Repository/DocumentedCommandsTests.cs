namespace Wingman.SystemTests.Repository;

/// <summary>
/// Every command of the documents has a row that says which test or script runs it, or why none does. So a command that is added to a document
/// fails here until someone has decided who runs it.
/// </summary>
public sealed class DocumentedCommandsTests
{
    public static TheoryData<string> All => [.. DocumentedCommands.Documents];

    [Theory]
    [MemberData(nameof(All))]
    public void Command_IsRun_OrARowSaysWhyNot(string document) => Assert.Empty(DocumentedCommands.In(document)
        .Where(static command => CommandRunner.Of(command) is null)
        .Select(static command => command.Text));

    [Fact]
    public void Row_IsAboutACommandThatADocumentHas()
    {
        var used = DocumentedCommands.Documents.SelectMany(DocumentedCommands.In).Select(CommandRunner.Of).ToHashSet();

        Assert.Empty(Rows.Where(row => !used.Contains(row)).Select(static row => row.Beginning));
    }

    [Fact]
    public void Row_NamesAFileThatRunsTheCommand() =>
        Assert.Empty(Rows
        .Where(static row => row.File is not null && !RepositoryFiles.Read(row.File).Contains(row.Text, StringComparison.Ordinal))
        .Select(static row => row.Beginning));

    private static IEnumerable<CommandRunner> Rows => [.. CommandRunner.Blocks.Select(static row => row.Runner), .. CommandRunner.Lines];
}
