using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Repository;

/// <summary>SQL is written in lower case, as CONTRIBUTING.md says.</summary>
public sealed partial class SqlCaseTests
{
    public static TheoryData<string> Scripts() =>
        [.. Directory.EnumerateFiles(RepositoryFiles.PathOf("src"), "*.sql", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(RepositoryFiles.PathOf("tests/Testing/Product"), "*.sql"))
            .Select(static path => Path.GetRelativePath(RepositoryFiles.PathOf("."), path))];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Script_IsInLowerCase(string script)
    {
        var statements = Comment().Replace(RepositoryFiles.Read(script), "");

        Assert.DoesNotMatch(Keyword(), statements);
    }

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|GRANT|REVOKE|FROM|WHERE|AND|OR|NOT|NULL|TABLE|INDEX|PRIMARY KEY|DEFAULT|RETURNING|VALUES|WITH|AS)\b")]
    private static partial Regex Keyword();
}
