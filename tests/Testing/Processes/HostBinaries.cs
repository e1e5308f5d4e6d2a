using Wingman.Development;

namespace Wingman.Testing;

/// <summary>Finds the hosts that the solution has built, in the configuration that the running test was built in.</summary>
public static class HostBinaries
{
    /// <summary>The directory that holds the solution.</summary>
    public static string Repository { get; } = RepositoryRoot.Above(AppContext.BaseDirectory)
        ?? throw new DirectoryNotFoundException($"No Wingman.sln above {AppContext.BaseDirectory}.");

    /// <summary>Where <c>./wingman test</c> installs packages of npm.</summary>
    public static string NpmPackages { get; } = Path.Combine(Repository, ".wingman", "npm", "node_modules");

    /// <summary>The host's assembly, to be started with <c>dotnet</c>.</summary>
    /// <exception cref="FileNotFoundException">The host has not been built; the message says how.</exception>
    public static string PathOf(HostKind kind)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var framework = output.Name;
        var configuration = output.Parent?.Name ?? "Release";
        var path = Path.Combine(Repository, "src", kind.ToString(), "bin", configuration, framework, $"Wingman.{kind}.dll");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is missing: build it with `dotnet build Wingman.sln -c {configuration}`.");
    }
}
