using Npgsql;
using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Report;
using Wingman.Bench.Scenarios;
using Wingman.Bench.Systems;

namespace Wingman.Bench;

/// <summary>Carries out one run after the other. A run that fails has no figures; the others go on.</summary>
internal sealed class BenchRunner(BenchCluster cluster, RepositoryBuild build, BenchOptions options, string directory, BenchResults results, BenchProgress progress)
{
    /// <summary>Systems whose check was seen to find every kind of damage, which one run of each has to show.</summary>
    private readonly HashSet<string> _proven = [];

    public async Task RunAsync(BenchPlan plan, CancellationToken cancellation)
    {
        for (var i = 0; i < plan.Runs.Count; i++)
        {
            var (scenario, system, identity) = plan.Runs[i];
            progress.Run(identity, i + 1, plan.Runs.Count);
            try
            {
                var measured = await MeasureAsync(scenario, system, identity, cancellation);
                results.Add(measured);
                // Not before the check: a run that lost something has no figures.
                foreach (var measurement in measured) progress.Measured(measurement);
            }
            catch (Exception failure) when (failure is RunFailedException or InvalidOperationException or TimeoutException or NpgsqlException or IOException)
            {
                results.AddFailure(identity, failure.Message);
                progress.Line($"  {identity.Scenario}, {identity.System}, round {identity.Round + 1} FAILED: {failure.Message}");
            }
        }
    }

    private async Task<IReadOnlyList<Measurement>> MeasureAsync(
        Scenario scenario, SystemUnderTest system, RunIdentity identity, CancellationToken cancellation)
    {
        var shape = scenario.Shape(options.Scale) with { Tables = options.Tables ?? scenario.Tables };
        await using var database = await cluster.CopyAsync(shape, cancellation);
        using var proxy = scenario.DatabaseRoundTrip > TimeSpan.Zero
            ? DelayingProxy.Before(database.ConnectionString, scenario.DatabaseRoundTrip)
            : null;
        using var keys = scenario.UsesTokens ? TokenIssuer.Publish() : null;
        using var collector = LoopbackServer.Start("application/x-protobuf", []);
        var settings = new LaunchSettings(
            database.ConnectionStringFor(options.PoolSize ?? scenario.PoolSize, proxy?.Address),
            keys?.Address,
            keys?.Tokens.Issuer,
            collector.Address,
            scenario.Environment);
        var logFile = Path.Combine(directory, $"{identity.Scenario}-{identity.System}-{identity.Round + 1}.log");

        ScenarioRun run;
        await using (var running = await RunningSystem.StartAsync(system, settings, build, logFile, cancellation))
        {
            var signedIn = keys is null ? null : CallerHeaders.Tokens(shape, keys.Tokens);
            run = new ScenarioRun(identity, options.Scale, shape, running, cluster, database, CallerHeaders.TestHeader(shape), signedIn, progress);
            await scenario.RunAsync(run, cancellation);
            if (system.Durability is Durability.Log or Durability.Counters)
            {
                progress.Phase("reading reputations");
                await run.SampleReputationsAsync(cancellation);
            }
        }

        progress.Phase("checking the database");
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(cancellation);
        if (options.Damage is { } damage) await Damage.DoAsync(damage, connection, run.Acknowledged, cancellation);
        var complaints = await RunCheck.RunAsync(system.Durability, connection, run.Acknowledged, cancellation);
        if (complaints.Count > 0) throw new RunFailedException(string.Join("; ", complaints));

        if (run.Acknowledged.HasCompletions && _proven.Add(system.Name))
            await CheckProof.RunAsync(system.Durability, connection, run.Acknowledged, cancellation);
        return run.Measurements;
    }
}
