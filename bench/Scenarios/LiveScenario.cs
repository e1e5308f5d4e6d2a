using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// How soon a user sees what the buddy has done: both users of each session have a live stream open, one of them confirms, and later the other
/// one. The confirmations arrive at a rate that leaves the machine mostly idle, so that the delay is that of the way to the other stream.
/// </summary>
internal sealed class LiveScenario : Scenario
{
    public const string Confirmed = "confirmed";
    public const string Completed = "completed";

    private const int PerSecond = 100;

    public override string Name => "live";

    public override string Question => $"from sending a confirmation until the buddy's live stream shows it, {PerSecond} a second";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Split];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    // Each user is in twenty sessions, of which so few are watched that no user comes near the limit of streams per user.
    public override DatabaseShape Shape(BenchScale scale)
    {
        var sessions = scale.WarmUpSessions + (2 * Watched(scale));
        return new DatabaseShape("live", sessions, 0, sessions / 10);
    }

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        // The code of the streams is compiled now.
        await run.ConfirmWatchedAsync(isMeasured: false, run.TakeSessions(Watched(run.Scale)), PerSecond, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmWatchedAsync(isMeasured: true, run.TakeSessions(Watched(run.Scale)), PerSecond, cancellation);
    }

    private static int Watched(BenchScale scale) => (int)(PerSecond * scale.OpenLoop.TotalSeconds);
}
