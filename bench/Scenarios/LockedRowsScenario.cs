using Wingman.Bench.Calls;
using Wingman.Bench.Database;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// What another program's locks cost the requests that do not need the locked rows. Sessions are confirmed for the first time, cold,
/// over 64 connections; then again, while each of 12 connections waits for a session of its own whose row another transaction holds.
/// </summary>
internal sealed class LockedRowsScenario : Scenario
{
    public const string Undisturbed = "undisturbed";
    public const string BesideLocks = "beside-locks";

    private const int Connections = 64;
    private const int Locked = 12;

    /// <summary>More than are confirmed in the time that the locks are held.</summary>
    private const int SessionsPerPhase = 150_000;

    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    public override string Name => "locked-rows";

    public override string Question => $"{Locked} of {Connections} sessions locked by another program for {Held.TotalSeconds:0} s";

    public override IReadOnlyList<SystemUnderTest> Systems => [AllSystems.Wingman];

    public override IReadOnlyDictionary<string, string> Environment => WithoutAnnouncements;

    public override DatabaseShape Shape(BenchScale scale)
    {
        var sessions = scale.WarmUpSessions + (2 * SessionsPerPhase) + Locked;
        return new DatabaseShape("locked_rows", sessions, 0, sessions / 10);
    }

    public override async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        await WarmUp.RunAsync(run, cancellation);
        await run.CheckpointAsync(cancellation);
        await run.ConfirmAsync(Undisturbed, run.TakeSessions(SessionsPerPhase), Confirmer.First, ConfirmAnswer.Waiting, Connections, cancellation);

        await run.CheckpointAsync(cancellation);
        await run.ConfirmBesideLocksAsync(
            BesideLocks, run.TakeSessions(SessionsPerPhase), run.TakeSessions(Locked), Connections - Locked, Held, cancellation);
    }
}
