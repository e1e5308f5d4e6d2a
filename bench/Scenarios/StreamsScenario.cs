using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What an open live stream weighs, each of another session, and what the service does for them while nothing happens: renews
/// subscriptions, sends heartbeats, looks for changes by others.
/// </summary>
internal sealed class StreamsScenario : Scenario
{
    private const int Streams = 5_000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    public override string Name => "streams";

    public override string Question => "what 5,000 open live streams of as many sessions cost";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    // Each user in two sessions: nobody comes near the bound of streams per user.
    public override DatabaseShape Shape(BenchScale scale) => new("streams", 2 * Streams, 0, Streams);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        // As many before and closed again: what the process keeps however many streams there are has grown to its size then.
        (await run.OpenStreamsAsync(run.TakeSessions(Streams), cancellation)).Dispose();
        await Task.Delay(Settle, cancellation);
        var before = run.ResidentBytes();
        using var open = await run.OpenStreamsAsync(run.TakeSessions(Streams), cancellation);
        await Task.Delay(Settle, cancellation);
        run.Record("per-stream", (run.ResidentBytes() - before) / 1024.0 / Streams, "KB");

        var spent = run.ServiceTime();
        await Task.Delay(Quiet, cancellation);
        run.Record("quiet-cpu", (run.ServiceTime() - spent) / Quiet * 100, "% of a core");
        open.ThrowIfEnded();
    }
}
