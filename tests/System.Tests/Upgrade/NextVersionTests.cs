using System.Text.RegularExpressions;
using Wingman.Development;
using Wingman.SystemTests.Repository;

namespace Wingman.SystemTests.Upgrade;

/// <summary>
/// Checks what <c>./wingman upgrade-drill</c> needs. The drill builds two versions and takes minutes, so it is not a test; without
/// this check, a patch that does not apply any more would be found only in the next drill.
/// </summary>
public sealed partial class NextVersionTests
{
    private const string Patch = "tests/System.Tests/Upgrade/next.patch";

    [Fact]
    public async Task Patch_AppliesToTheSources()
    {
        var copy = Directory.CreateTempSubdirectory("next-version-");
        try
        {
            foreach (Match changed in ChangedFile().Matches(RepositoryFiles.Read(Patch)))
            {
                var target = Path.Combine(copy.FullName, changed.Groups[1].Value);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(RepositoryFiles.PathOf(changed.Groups[1].Value), target);
            }

            var applied = await Command.RunAsync(["git", "-C", copy.FullName, "apply", "--verbose", RepositoryFiles.PathOf(Patch)], CancellationToken.None);

            Assert.True(applied.ExitCode == 0, $"Make the patch again (docs/upgrades.md): {applied}");
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(@"^\+ .*\[property: Id\(\d+\)\]")]
    [InlineData(@"^\+ *\[Alias\(")]
    [InlineData(@"^\+ *\w+ = \d+,")]
    public void Patch_BringsANewMember_ANewMethod_AndANewKind(string addition) =>
        Assert.Matches(new Regex(addition, RegexOptions.Multiline), RepositoryFiles.Read(Patch));

    [Fact]
    public async Task LastVersion_IsATagAndItsCommit()
    {
        var last = TagAndCommit().Match(RepositoryFiles.Read("tests/System.Tests/Upgrade/last-version.txt"));
        Assert.True(last.Success, "It is not a tag and a commit.");

        var tag = $"refs/tags/{last.Groups["tag"].Value}^{{commit}}";
        var found = await Command.RunAsync(["git", "-C", RepositoryFiles.PathOf("."), "rev-parse", "--quiet", "--verify", tag], CancellationToken.None);

        // A shallow clone and an archive have no tags.
        if (found.ExitCode == 0) Assert.Equal(last.Groups["commit"].Value, found.Output.TrimEnd());
    }

    [GeneratedRegex(@"^\+\+\+ b/(.+)$", RegexOptions.Multiline)]
    private static partial Regex ChangedFile();

    [GeneratedRegex(@"\A(?<tag>v\d+\.\d+\.\d+) (?<commit>[0-9a-f]{40})\n\z")]
    private static partial Regex TagAndCommit();
}
