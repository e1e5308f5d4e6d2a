using System.Security.Cryptography;

namespace Wingman.Development;

/// <summary>
/// The secret that signs tokens in Development where nothing is configured: made once, kept in
/// <c>.wingman/development-secret</c> of the repository, readable by its owner only.
/// </summary>
public static class DevelopmentSecret
{
    /// <summary>Reads the secret, after making it if there is none.</summary>
    /// <param name="contentRoot">The content root of the host; it is used where neither it nor the program is in a repository.</param>
    public static string Read(string contentRoot)
    {
        var folder = Path.Combine(RepositoryRoot.Above(contentRoot) ?? RepositoryRoot.Above(AppContext.BaseDirectory) ?? contentRoot, ".wingman");
        var path = Path.Combine(folder, "development-secret");
        if (!File.Exists(path)) Make(folder, path);
        return File.ReadAllText(path).Trim();
    }

    private static void Make(string folder, string path)
    {
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, Path.GetRandomFileName());
        var owner = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) owner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(draft, owner))
            file.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        try
        {
            // Two processes may start at the same time: the secret of the first is used, and none reads a file that is half written.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
