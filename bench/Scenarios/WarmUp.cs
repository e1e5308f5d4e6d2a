using Wingman.Bench.Calls;

namespace Wingman.Bench.Scenarios;

/// <summary>Exercises every path of a new process with sessions of its own until its code is compiled for good and its pools are full.</summary>
internal static class WarmUp
{
    private const int Round = 2_000;

    public static async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var budget = run.Scale.WarmUpSessions;
        while (TimeProvider.System.GetElapsedTime(started) < run.Scale.WarmUp && budget >= Round)
        {
            budget -= Round;
            var sessions = run.TakeSessions(Round);
            await run.ConfirmAsync(sessions[..(Round / 4)], Confirmer.Stranger, ConfirmAnswer.Refused, cancellation);
            await run.ConfirmAsync(sessions, Confirmer.First, ConfirmAnswer.Waiting, cancellation);
            await run.ConfirmAsync(sessions, Confirmer.Second, ConfirmAnswer.Completed, cancellation);
            await run.ConfirmAsync(sessions[..(Round / 4)], Confirmer.First, ConfirmAnswer.AlreadyCompleted, cancellation);
            await run.ReadAsync(null, run.ReputationCalls(Round / 4), 64, cancellation);
            if (run.Shape.FreeMatches > 0) await run.ScheduleAsync(null, run.TakeMatches(Round / 4), 64, cancellation);
        }
    }
}
