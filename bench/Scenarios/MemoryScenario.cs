using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What an active session weighs: the growth of the process' resident memory while sessions are activated. It holds the
/// garbage of the calls, too, so it errs to the high side.
/// </summary>
internal sealed class MemoryScenario : Scenario
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public override string Name => "memory";

    public override string Question => "memory per active session (resident memory, garbage included)";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override DatabaseShape Shape(BenchScale scale)
    {
        var sessions = scale.WarmUpSessions + (2 * scale.ActiveSessions);
        return new DatabaseShape("memory", sessions, 0, sessions / 10);
    }

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        // As many again beforehand: what the process keeps however many grains there are has grown to its size then.
        await run.ConfirmAsync(run.TakeSessions(run.Scale.ActiveSessions), Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        await Task.Delay(Settle, cancellation);
        var before = run.ResidentBytes();
        var active = await run.ConfirmAsync(
            run.TakeSessions(run.Scale.ActiveSessions), Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        await Task.Delay(Settle, cancellation);
        run.Record("per-session", (run.ResidentBytes() - before) / 1024.0 / active.Length, "KB");
    }
}
