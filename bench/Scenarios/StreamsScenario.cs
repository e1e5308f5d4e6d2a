using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// The memory of an open live stream, each of another session, and the cost of streams while nothing happens: the service renews
/// subscriptions, sends heartbeats and checks for changes by others.
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

    // Each user is in two sessions, so no user comes near the limit of streams per user.
    public override DatabaseShape Shape(BenchScale scale) => new("streams", 2 * Streams, 0, Streams);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        // The same number is opened and closed before: memory that does not depend on the number of streams has then reached its full size.
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
