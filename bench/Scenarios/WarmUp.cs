using Wingman.Bench.Calls;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// Runs every path of a new process with sessions of its own until its code is fully compiled and its pools are full: at least
/// for the scale's time, and then until the background compiler has almost nothing left to do, because on a busy machine it
/// compiles less in the same time.
/// </summary>
internal static class WarmUp
{
    private const int RoundSessions = 2_000;
    private const int QuietRounds = 3;
    private const double Quiet = 0.05;

    public static async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var quiet = 0;
        for (var budget = run.Scale.WarmUpSessions; budget >= RoundSessions; budget -= RoundSessions)
        {
            var (begun, before) = (TimeProvider.System.GetTimestamp(), run.Compiling());
            await RoundAsync(run, cancellation);
            var share = (run.Compiling() - before) / TimeProvider.System.GetElapsedTime(begun);
            quiet = share < Quiet ? quiet + 1 : 0;
            if (TimeProvider.System.GetElapsedTime(started) >= run.Scale.WarmUp && quiet >= QuietRounds) return;
        }
    }

    private static async Task RoundAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var sessions = run.TakeSessions(RoundSessions);
        await run.ConfirmAsync(sessions[..(RoundSessions / 4)], Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
        await run.ConfirmAsync(sessions, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
        await run.ConfirmAsync(sessions, Confirmer.Second, ConfirmAnswer.Completed, cancellation);
        await run.ConfirmAsync(sessions[..(RoundSessions / 4)], Confirmer.First, ConfirmAnswer.AlreadyCompleted, cancellation);
        await run.ReadAsync(null, run.ReputationCalls(RoundSessions / 4), 64, cancellation);
        if (run.Shape.FreeMatches > 0) await run.ScheduleAsync(null, run.TakeMatches(RoundSessions / 4), 64, cancellation);
    }
}
