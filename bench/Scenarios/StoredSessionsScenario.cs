using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// The cost of a confirmation with few or many stored sessions. Both sizes confirm equally many sessions, after a warm-up that
/// leaves enough of them. There is no checkpoint before the measured phases: after one, the first change of each page writes the
/// whole page to the log, and on a large table nearly every change of a short phase is such a first change.
/// </summary>
internal sealed class StoredSessionsScenario(string name, Func<BenchScale, int> sessions) : Scenario
{
    private const int WarmUpSessions = 4_000;
    private const int Measured = 6_000;

    /// <summary>
    /// So few, in both sizes, that the warm-up uses them all: a completion notifies two reputation grains, and with many users the
    /// activation of these grains would be measured.
    /// </summary>
    private const int Users = 1_000;

    public override string Name => name;

    public override string Question => "what a confirmation costs among so many stored sessions";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman, AllSystems.Peer];

    /// <summary>
    /// Ten thousand sessions are not enough until tiered compilation is done, so code is fully compiled at its first call. The
    /// figures are for comparing the two sizes, not with other scenarios.
    /// </summary>
    public override IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "0" };

    public override DatabaseShape Shape(BenchScale scale) =>
        new(name.Replace('-', '_'), sessions(scale), 0, Users);

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var warmUp = run.TakeSessions(WarmUpSessions);
        await run.ConfirmAsync(warmUp, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
        await run.ConfirmAsync(warmUp, Confirmer.Second, ConfirmAnswer.Completed, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < run.Scale.WarmUp)
            await run.ConfirmAsync(warmUp, Confirmer.First, ConfirmAnswer.AlreadyCompleted, cancellation);

        var measured = run.TakeSessions(Measured);
        measured = await run.ConfirmAsync("first-cold", measured, Confirmer.First, ConfirmAnswer.Waiting, 64, cancellation);
        await run.ConfirmAsync(ConfirmScenario.Completing, measured, Confirmer.Second, ConfirmAnswer.Completed, 64, cancellation);
    }
}
