using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What a session costs from its first confirmation to its completion, in bytes of the database's log and in its CPU time.
/// There is no checkpoint before it: after one, the first change of each page writes the whole page to the log, and the figure
/// would depend on the number of the table's pages.
/// </summary>
internal sealed class CostScenario : Scenario
{
    public const string LogBytes = "wal-per-session";

    public override string Name => "cost";

    public override string Question => "what a completed session costs the database";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer, AllSystems.PeerStatement];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale) => StandardShape(scale, phases: 1);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        // The warm-up changes rows on every page.
        await WarmUp.RunAsync(run, cancellation);
        var sessions = run.TakeSessions(run.Scale.Phase);
        var before = await run.LogBytesAsync(cancellation);
        sessions = await run.ConfirmAsync("first-cold", sessions, Confirmer.First, ConfirmAnswer.Waiting, 64, cancellation);
        sessions = await run.ConfirmAsync(ConfirmScenario.Completing, sessions, Confirmer.Second, ConfirmAnswer.Completed, 64, cancellation);
        run.Record(LogBytes, (double)(await run.LogBytesAsync(cancellation) - before) / sessions.Length, " bytes");
    }
}
