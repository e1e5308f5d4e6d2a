using System.Text.RegularExpressions;

namespace Wingman.Development;

/// <summary>An installed Postgres server, found on PATH or in the usual places.</summary>
/// <param name="Directory">Where its programs are.</param>
/// <param name="MajorVersion">Its major version.</param>
public sealed partial record PostgresBinaries(string Directory, int MajorVersion)
{
    /// <summary>The oldest server with <c>unique nulls not distinct</c>, which the schema needs.</summary>
    private const int OldestUsable = 15;

    /// <summary>The environment variable that names the one directory to take the programs from.</summary>
    private const string Chosen = "WINGMAN_POSTGRES";

    private static readonly string[] UsualPlaces =
        ["/usr/lib/postgresql", "/usr/local/pgsql", "/usr/local/opt", "/opt/homebrew/opt", "/home/linuxbrew/.linuxbrew/opt", "/Applications/Postgres.app/Contents/Versions"];

    /// <summary>The program that creates a cluster.</summary>
    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>Finds a server, the newest first, or the one that can read existing data.</summary>
    /// <param name="madeBy">The major version that made the existing data, if there is any.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="EmbeddedPostgresException">None is installed.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? madeBy, CancellationToken cancellation)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Candidates().Distinct(StringComparer.Ordinal))
        {
            var (exitCode, output) = await Command.RunAsync([Path.Combine(directory, "postgres"), "--version"], cancellation);
            if (exitCode == 0 && Version().Match(output) is { Success: true } match)
                found.Add(new(directory, int.Parse(match.ValueSpan, System.Globalization.CultureInfo.InvariantCulture)));
        }

        var usable = found.Where(binaries => binaries.MajorVersion >= OldestUsable);
        return (madeBy is null ? usable.MaxBy(binaries => binaries.MajorVersion) : usable.FirstOrDefault(binaries => binaries.MajorVersion == madeBy))
            ?? throw new EmbeddedPostgresException(HowToProvideServer(madeBy, found));
    }

    private static string HowToProvideServer(int? madeBy, List<PostgresBinaries> found)
    {
        var wanted = madeBy is null ? $"PostgreSQL {OldestUsable} or newer" : $"PostgreSQL {madeBy}, which made the existing data,";
        var seen = found.Count == 0 ? "" : $" (found: {string.Join(", ", found.Select(binaries => $"{binaries.MajorVersion} in {binaries.Directory}"))})";
        return $"""
            {wanted} was not found on PATH or in the usual places{seen}. Three ways to go on:
              1. install it: apt-get install postgresql, brew install postgresql@16, or your system's package;
              2. docker compose up, which brings its own;
              3. set ConnectionStrings__Wingman to a database that is there already.
            """;
    }

    private static IEnumerable<string> Candidates()
    {
        // If a server was chosen, no other one may be used.
        if (Environment.GetEnvironmentVariable(Chosen) is { Length: > 0 } chosen)
        {
            return ResolveLinks(chosen) is { } programs
                ? [programs]
                : throw new EmbeddedPostgresException($"{Chosen} is {chosen}, where there are no pg_ctl, postgres and initdb.");
        }

        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var usual = UsualPlaces.Where(System.IO.Directory.Exists)
            .SelectMany(place => System.IO.Directory.EnumerateDirectories(place).Append(place))
            .Select(place => Path.Combine(place, "bin"));
        return onPath.Concat(usual).Select(ResolveLinks).OfType<string>();
    }

    // Distributions put links to single programs into PATH. The server's programs are in the directory to which the link leads.
    private static string? ResolveLinks(string directory)
    {
        var pgCtl = new FileInfo(Path.Combine(directory, "pg_ctl"));
        if (!pgCtl.Exists) return null;

        var real = Path.GetDirectoryName(pgCtl.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? pgCtl.FullName)!;
        return File.Exists(Path.Combine(real, "postgres")) && File.Exists(Path.Combine(real, "initdb")) ? real : null;
    }

    [GeneratedRegex(@"(?<=\(PostgreSQL\) )\d+")]
    private static partial Regex Version();
}
