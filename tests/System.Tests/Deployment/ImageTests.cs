using System.Text.Json;
using System.Text.RegularExpressions;
using Wingman.Testing;

namespace Wingman.SystemTests.Deployment;

/// <summary>What deploy/Dockerfile promises about the images, as far as the file itself shows it.</summary>
public sealed partial class ImageTests
{
    [Theory]
    [InlineData("silo", "Wingman.Silo.dll")]
    [InlineData("api", "Wingman.Api.dll")]
    public void Image_StartsAndAsksItsOwnHost_WithoutAShell(string target, string host)
    {
        var (start, health) = Image.Commands[target];

        Assert.Equal(["dotnet", host], JsonSerializer.Deserialize<string[]>(start)!);
        Assert.Equal(["dotnet", host, "health"], JsonSerializer.Deserialize<string[]>(health)!);
    }

    [Fact]
    public void User_IsANumber_AndNotRoot() => Assert.True(int.Parse(Image.User, System.Globalization.CultureInfo.InvariantCulture) > 0);

    [Fact]
    public void Restore_HasTheProjectAndLockFilesOfAllThatTheHostsReferTo()
    {
        HashSet<string> projects = [];

        Follow("src/Api/Api.csproj");

        Assert.All(projects, static project =>
        {
            Assert.Contains(project, Image.RestoredFiles);
            Assert.Contains($"{Path.GetDirectoryName(project)}/packages.lock.json", Image.RestoredFiles);
        });
        Assert.All(Image.RestoredFiles.Where(static file => file is not ("src" or ".")), static file => Assert.True(File.Exists(Path.Combine(HostBinaries.Repository, file)), $"{file} is not there"));

        void Follow(string project)
        {
            if (!projects.Add(project)) return;
            var text = File.ReadAllText(Path.Combine(HostBinaries.Repository, project));
            foreach (Match reference in Reference().Matches(text))
                Follow(Path.GetRelativePath(HostBinaries.Repository, Path.GetFullPath(Path.Combine(HostBinaries.Repository, Path.GetDirectoryName(project)!, reference.Groups["project"].Value))));
        }
    }

    [GeneratedRegex("<ProjectReference Include=\"(?<project>[^\"]+)\"")]
    private static partial Regex Reference();
}
