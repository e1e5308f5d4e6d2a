using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>The files of the repository, as the tests of its documents read them.</summary>
internal static class RepositoryFiles
{
    /// <summary>The full path of a file.</summary>
    public static string PathOf(string relative) => Path.Combine(HostBinaries.Repository, relative);

    /// <summary>The text of a file.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>The documents, relative to the root: those at the root, those under docs, and each README of the code.</summary>
    public static IReadOnlyList<string> Documents() =>
        [.. Directory.EnumerateFiles(HostBinaries.Repository, "*.md")
            .Concat(Directory.EnumerateFiles(PathOf("docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(PathOf("src"), "README.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(PathOf("samples"), "README.md", SearchOption.AllDirectories))
            .Select(static path => Path.GetRelativePath(HostBinaries.Repository, path))
            .Order(StringComparer.Ordinal)];
}
