using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Repository;

/// <summary>What the documents refer to exists.</summary>
public sealed partial class DocumentsTests
{
    public static TheoryData<string> All => [.. RepositoryFiles.Documents()];

    [Theory]
    [MemberData(nameof(All))]
    public void Link_PointsToAFileThatExists(string document)
    {
        var folder = Path.GetDirectoryName(RepositoryFiles.PathOf(document))!;

        var broken = Link().Matches(RepositoryFiles.Read(document))
            .Select(static link => link.Groups["target"].Value)
            .Where(static target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(folder, target.Split('#')[0])));

        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Verb_IsOneThatTheScriptHas(string document)
    {
        var verbs = HelpLine().Matches(RepositoryFiles.Read("wingman")).Select(static line => line.Groups["verb"].Value).ToHashSet();

        var unknown = Call().Matches(RepositoryFiles.Read(document))
            .Select(static call => call.Groups["verb"].Value)
            .Where(verb => !verbs.Contains(verb));

        Assert.Empty(unknown);
    }

    [Fact]
    public void Devcontainer_HasTheSdkThatIsRequired()
    {
        using var required = JsonDocument.Parse(RepositoryFiles.Read("global.json"));
        using var container = JsonDocument.Parse(RepositoryFiles.Read(".devcontainer/devcontainer.json"));
        var version = Version.Parse(required.RootElement.GetProperty("sdk").GetProperty("version").GetString()!).ToString(2);

        // From .NET 10 on there are no images with Debian.
        Assert.Matches($@"^mcr\.microsoft\.com/devcontainers/dotnet:[2-9]-{Regex.Escape(version)}-noble$", container.RootElement.GetProperty("image").GetString()!);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^  \./wingman (?<verb>[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"\./wingman (?<verb>[a-z][a-z-]*)")]
    private static partial Regex Call();
}
