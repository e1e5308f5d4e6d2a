using Wingman.Chaos.Cluster;
using Wingman.Chaos.Explanations;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Product;

namespace Wingman.Chaos.Load;

/// <summary>
/// The time in which the service takes an endpoint over: the old backend, with its separate statements and no locks, still
/// confirms the sessions that the service confirms too. Each user of each session uses one of the two, or both at once.
/// </summary>
internal sealed class TakeOver(LoadContext context, ChaosDatabase database, OldBackend old, Population population, SharedSessions shared, Random random, CancellationToken cancellation)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until asked to stop, then ends the session under way.</summary>
    /// <param name="stop">Asks it to stop. It cuts off no call: the token of the constructor does.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await InsertAsync() is { } session)
                await Task.WhenAll(ConfirmAsync(session, Participant.User1), ConfirmAsync(session, Participant.User2));
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<SharedSession?> InsertAsync()
    {
        var session = shared.Begin(Population.NewId(random), population.NewPair(random));
        // A session that was perhaps inserted during a fault gets no calls.
        var isInserted = await database.TryInsertSessionAsync(session.Pair, session.Session, "Shared", TimeProvider.System.GetUtcNow() + Worker.Ahead, cancellation);
        return isInserted ? session : null;
    }

    private Task ConfirmAsync(SharedSession session, Participant who)
    {
        var way = random.Next(3);
        return Task.WhenAll(
            way == 0 ? Task.CompletedTask : ConfirmByServiceAsync(session, who, new Random(random.Next())),
            way == 1 ? Task.CompletedTask : ConfirmByOldBackendAsync(session, who));
    }

    private async Task ConfirmByServiceAsync(SharedSession session, Participant who, Random own)
    {
        var call = await new RetryingCaller(context, own, cancellation).RetryAsync(() => context.Client.CallAsync(
            own, HttpMethod.Post, "/api/session/confirm-completion", session.Pair[who], new { session_id = session.Session }, cancellation),
            unanswered => session.Add(new(ActKind.Confirm, session.Pair[who], unanswered.InvokedAt, SessionOperation.Never)));
        if (call is null) return;
        if (Wire.Confirmation(call) is { Outcome: Sessions.ConfirmOutcome.WaitingForBuddy or Sessions.ConfirmOutcome.Completed or Sessions.ConfirmOutcome.AlreadyCompleted } confirmed)
        {
            session.Acknowledge(who);
            session.Add(new(ActKind.Confirm, session.Pair[who], call.InvokedAt, call.ReturnedAt, confirmed));
        }
        else
        {
            context.Violations.Add(new Violation("contract", $"unexpected answer in shared session {session.Session}: {call}"));
        }
    }

    private async Task ConfirmByOldBackendAsync(SharedSession session, Participant who)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var from = RunClock.Now;
            var answer = await old.ConfirmCompletionAsync(session.Session, session.Pair[who]);
            session.Add(new(ActKind.ForeignConfirm, session.Pair[who], from, answer.Succeeded ? RunClock.Now : SessionOperation.Never));
            if (answer.Succeeded)
            {
                session.Acknowledge(who);
                return;
            }

            // 500: its statement failed, because a fault is under way. A user tries again.
            await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
