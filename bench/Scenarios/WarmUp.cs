using Wingman.Bench.Calls;

namespace Wingman.Bench.Scenarios;

/// <summary>
/// Exercises every path of a new process with sessions of its own until its code is compiled for good and its pools are
/// full: at least for the scale's time, and then until a round costs the service no less CPU than the rounds before. On a
/// busy machine the compiler gets less done in the same time.
/// </summary>
internal static class WarmUp
{
    private const int RoundSessions = 2_000;
    private const int Window = 3;
    private const double StillFalling = 0.93;

    public static async Task RunAsync(ScenarioRun run, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        List<TimeSpan> costs = [];
        for (var budget = run.Scale.WarmUpSessions; budget >= RoundSessions; budget -= RoundSessions)
        {
            var before = run.ServiceCpu();
            await RoundAsync(run, cancellation);
            costs.Add(run.ServiceCpu() - before);
            if (TimeProvider.System.GetElapsedTime(started) >= run.Scale.WarmUp && IsSettled(costs)) return;
        }
    }

    private static bool IsSettled(List<TimeSpan> costs)
    {
        if (costs.Count < 2 * Window) return false;
        var last = costs[^Window..].Sum(cost => cost.TotalSeconds);
        var previous = costs[^(2 * Window)..^Window].Sum(cost => cost.TotalSeconds);
        return last >= StillFalling * previous;
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
