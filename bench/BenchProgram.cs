using System.Globalization;
using System.Text;
using Wingman.Bench.Database;
using Wingman.Bench.Report;
using Wingman.Bench.Systems;

namespace Wingman.Bench;

/// <summary>Builds, measures, reports.</summary>
internal static class BenchProgram
{
    /// <summary>The exit code of an interrupted program, as in shells.</summary>
    public const int Interrupted = 130;

    /// <returns>The exit code: 0 if every run stored what it acknowledged.</returns>
    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        var results = new BenchResults();
        if (options.Before is { } before) results.CompareWith(JsonReport.Read(before));
        var plan = BenchPlan.Create(options, results);
        var progress = new BenchProgress(Console.Out, isTerminal: !Console.IsOutputRedirected);
        var build = RepositoryBuild.Find();
        if (options.Builds)
        {
            progress.Line("building the hosts ...");
            var hosts = plan.Runs.SelectMany(run => run.System.Hosts(LaunchSettings.None));
            await build.BuildAsync(hosts, cancellation);
        }

        var directory = OutputDirectory(options, build);
        await using var cluster = await BenchCluster.StartAsync(options.PostgresSettings, cancellation);
        var run = RunDescription.Create(
            await build.CommitAsync(cancellation),
            await cluster.ServerVersionAsync(cancellation),
            options.Rounds,
            options.IsQuick ? "quick" : "full");
        progress.Line($"{run.Commit} on {run.Machine}; {plan.Runs.Count} runs; reports in {directory}");
        try
        {
            await new BenchRunner(cluster, build, options, directory, results, progress).RunAsync(plan, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            progress.Line("Interrupted; the results up to this point are reported.");
        }

        await ReportAsync(run, results, plan, cluster.Settings, directory, CancellationToken.None);
        if (cancellation.IsCancellationRequested) return Interrupted;
        return results.Failures.Count == 0 ? 0 : 1;
    }

    private static string OutputDirectory(BenchOptions options, RepositoryBuild build)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return Directory.CreateDirectory(options.Output ?? Path.Combine(build.Root, "bench", "results", time)).FullName;
    }

    private static async Task ReportAsync(
        RunDescription run, BenchResults results, BenchPlan plan, IReadOnlyDictionary<string, string> server, string directory, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(
            Path.Combine(directory, "results.md"), MarkdownReport.Write(run, results, plan.Scenarios), cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(directory, "results.json"), JsonReport.Write(run, results, server), cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, "results.svg"), SvgReport.Write(run, results), cancellation);

        var table = new StringBuilder("\n");
        MarkdownReport.WriteTargets(table, results);
        Console.WriteLine(table);
        foreach (var failure in results.Failures)
            Console.WriteLine($"FAILED, no figures: {failure.Run.Scenario}, {failure.Run.System}, round {failure.Run.Round + 1}: {failure.Reason}");
        Console.WriteLine($"Reports: {Path.Combine(directory, "results.md")}, results.json, results.svg");
    }
}
