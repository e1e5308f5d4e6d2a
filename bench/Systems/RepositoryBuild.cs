using System.Diagnostics;
using Wingman.Bench.LoadGenerator;
using Wingman.Development;

namespace Wingman.Bench.Systems;

/// <summary>The checkout that is measured: where it is, its builds, its commit.</summary>
internal sealed class RepositoryBuild
{
    private RepositoryBuild(string root) => Root = root;

    public string Root { get; }

    public static RepositoryBuild Find() => new(RepositoryRoot.Above(AppContext.BaseDirectory)
        ?? throw new InvalidOperationException("The bench runs from a checkout: there is no Wingman.sln above it."));

    public string AssemblyOf(HostSpec host) =>
        Path.Combine(Root, Path.GetDirectoryName(host.Project)!, "bin", "Release", "net10.0", host.Assembly + ".dll");

    public async Task BuildAsync(IEnumerable<HostSpec> hosts, CancellationToken cancellation)
    {
        foreach (var project in hosts.Select(host => host.Project).Distinct(StringComparer.Ordinal))
        {
            var (exitCode, output) = await RunAsync("dotnet", ["build", project, "-c", "Release", "--nologo", "-v", "q"], cancellation);
            if (exitCode != 0) throw new InvalidOperationException($"{project} does not build:\n{output}");
        }
    }

    public async Task<string> CommitAsync(CancellationToken cancellation)
    {
        var (exitCode, commit) = await RunAsync("git", ["describe", "--always", "--dirty", "--abbrev=12"], cancellation);
        return exitCode == 0 ? commit.Trim() : "no git checkout";
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Root, RedirectStandardOutput = true };
        SocketThread.RemoveFrom(start.Environment);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, output);
    }
}
