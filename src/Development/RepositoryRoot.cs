namespace Wingman.Development;

/// <summary>Finds the checkout of this repository, which is the directory that contains <c>Wingman.sln</c>.</summary>
public static class RepositoryRoot
{
    /// <summary>Looks in a directory and in all above it.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>The checkout's path; null if the directory is in none, as in a published host.</returns>
    public static string? Above(string path)
    {
        var folder = new DirectoryInfo(path);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Wingman.sln"))) folder = folder.Parent;
        return folder?.FullName;
    }
}
