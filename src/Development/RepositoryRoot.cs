namespace Wingman.Development;

/// <summary>The directory of <c>Wingman.sln</c>, in whose folder <c>.wingman</c> Development keeps what outlives a process.</summary>
internal static class RepositoryRoot
{
    private const string SolutionFile = "Wingman.sln";

    /// <summary>The root of the repository that a directory is in; null if it is in none.</summary>
    public static string? Above(string directory)
    {
        var folder = new DirectoryInfo(directory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            folder = folder.Parent;
        return folder?.FullName;
    }
}
