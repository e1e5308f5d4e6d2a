using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// The memory of an active session: the growth of the process' resident memory while sessions are activated. It includes the
/// garbage of the calls, so the figure is rather too high than too low.
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
        // The same number of sessions before: memory that does not depend on the number of grains has then reached its full size.
        await run.ConfirmAsync(run.TakeSessions(run.Scale.ActiveSessions), Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        await Task.Delay(Settle, cancellation);
        var before = run.ResidentBytes();
        var active = await run.ConfirmAsync(
            run.TakeSessions(run.Scale.ActiveSessions), Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        await Task.Delay(Settle, cancellation);
        run.Record("per-session", (run.ResidentBytes() - before) / 1024.0 / active.Length, "KB");
    }
}
