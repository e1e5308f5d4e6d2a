using System.Xml.Linq;

namespace Wingman.SystemTests.Repository;

/// <summary>docs/dependencies.md names every package that is pinned, and no other.</summary>
public sealed class DependencyListTests
{
    [Fact]
    public void Page_NamesExactlyThePinnedPackages()
    {
        var pinned = XDocument.Load(RepositoryFiles.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(static version => version.Attribute("Include")!.Value);

        var named = RepositoryFiles.Read("docs/dependencies.md").Split('\n')
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(static line => line.Split('|')[1])
            .SelectMany(static cell => cell.Split('`').Where(static (_, index) => index % 2 == 1))
            .Except(["CycloneDX", "dotnet-reportgenerator-globaltool", "@redocly/cli", "standardwebhooks"]);

        Assert.Equal(pinned.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }
}
