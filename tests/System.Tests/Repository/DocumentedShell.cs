using System.Diagnostics;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>
/// Runs the documents' commands by bash, in a folder of their own. Its <c>./wingman</c> is the script of the repository, except that it takes the
/// hosts that the solution has built: building them again would replace the files that other tests run at the same time. What <c>curl</c> is
/// answered is compared with the description of the API.
/// </summary>
internal sealed class DocumentedShell : IDisposable
{
    /// <summary>Some of the scripts start one host after the other.</summary>
    private static readonly TimeSpan Deadline = 2 * Eventually.Deadline;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("documented-");
    private readonly Dictionary<string, string> _environment;

    private DocumentedShell(PostgresBinaries postgres, IReadOnlyDictionary<string, string> environment)
    {
        _environment = new(environment)
        {
            ["PATH"] = $"{_folder.FullName}:{postgres.Directory}:{Environment.GetEnvironmentVariable("PATH")}",
            // curl reads its options there. With them an answer of 400 and above is a failure, as the reader of a document would call it.
            ["CURL_HOME"] = _folder.FullName,
        };
        File.WriteAllText(Path.Combine(_folder.FullName, ".curlrc"), "fail\nsilent\nshow-error\n");
        AddProgram("wingman", WithBuiltHosts(RepositoryFiles.Read("wingman"))
            .Replace("\nmain \"$@\"", "\nbuild() { :; }\nmain \"$@\"", StringComparison.Ordinal));
        AddProgram("curl", CurlTrace.Program);
        // The completion of ./wingman test lists the projects.
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "tests"), RepositoryFiles.PathOf("tests"));
    }

    /// <summary>A shell with these environment variables, and with the programs of Postgres on its path.</summary>
    public static async Task<DocumentedShell> CreateAsync(IReadOnlyDictionary<string, string> environment) =>
        new(await PostgresBinaries.FindAsync(null, CancellationToken.None), environment);

    /// <summary>The environment variables that give a host ports of its own.</summary>
    public static Dictionary<string, string> On(HostPorts ports) => new()
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports.Http}",
        ["Wingman__Operations__Url"] = $"http://127.0.0.1:{ports.Operations}",
        ["Wingman__Operations__ShutdownDelay"] = "00:00:00",
        ["Orleans__Endpoints__SiloPort"] = $"{ports.Silo}",
        ["Orleans__Endpoints__GatewayPort"] = $"{ports.Gateway}",
    };

    /// <summary>A text that names the hosts' assemblies, with those that the solution has built.</summary>
    public static string WithBuiltHosts(string text) => Enum.GetValues<HostKind>().Aggregate(text, static (all, kind) =>
        all.Replace($"src/{kind}/bin/Release/net10.0/Wingman.{kind}.dll", HostBinaries.PathOf(kind), StringComparison.Ordinal));

    /// <summary>Runs a script until its end or its first failure.</summary>
    /// <returns>All that it printed.</returns>
    /// <exception cref="UndocumentedAnswerException">What curl was answered is not as described.</exception>
    public async Task<string> RunAsync(string script)
    {
        using var process = Start($"set -euo pipefail\ntrap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT\n{script}");
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        ProcessWatchdog.Forget(process.Id);
        var said = await output;
        Assert.True(process.ExitCode == 0, said);
        CurlTrace.CheckAll(_folder.FullName);
        return said;
    }

    /// <summary>Starts a script. What it prints, errors included, is its standard output.</summary>
    public Process Start(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1\n{script}"])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        ProcessWatchdog.Watch(process.Id);
        process.StandardInput.Close();
        return process;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private void AddProgram(string name, string text)
    {
        var program = Path.Combine(_folder.FullName, name);
        File.WriteAllText(program, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    // A setting of whoever runs the tests must not reach the hosts and psql.
    private static bool IsSetting(string variable) => variable.Contains("__", StringComparison.Ordinal)
        || variable is "ASPNETCORE_ENVIRONMENT" or "ASPNETCORE_URLS" or "DOTNET_ENVIRONMENT"
        || variable.StartsWith("PG", StringComparison.Ordinal);
}
