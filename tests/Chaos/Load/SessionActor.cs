using Wingman.Chaos.Checking;
using Wingman.Chaos.Faults;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.Chaos.Load;

/// <summary>What all actors share.</summary>
internal sealed record LoadContext(
    LoadClient Client,
    LoadJournal Journal,
    FaultLog Faults,
    ReputationBounds Reputations,
    HistoryBook Histories,
    Violations Violations,
    Pacer Pacer,
    ChaosOptions Options)
{
    /// <summary>How old any answer about a reputation may be, where speed is judged.</summary>
    public static readonly TimeSpan ReputationStaleness = TimeSpan.FromSeconds(5);

    /// <summary>Within this time the service must answer again, whatever the fault was.</summary>
    public TimeSpan GiveUpAfter => TimeSpan.FromSeconds(60) + Options.Patience;
}

/// <summary>Retries until a call is answered, as a client should. Every attempt without an answer may have been carried out.</summary>
internal sealed class RetryingCaller(LoadContext context, Random random, CancellationToken cancellation)
{
    public Random Random => random;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Retries the call until it is answered.</summary>
    /// <returns>The answered call, or null if there was none in time, which is recorded as a violation.</returns>
    public async Task<Call?> RetryAsync(Func<Task<Call>> call, Action<Call>? unanswered = null)
    {
        var firstAskedAt = 0L;
        for (var attempt = 0; ; attempt++)
        {
            await context.Pacer.NextAsync(cancellation);
            var result = await call();
            if (attempt == 0) firstAskedAt = result.InvokedAt;
            if (result.Outcome == CallOutcome.Answered)
            {
                context.Journal.Served(firstAskedAt, result.ReturnedAt, retried: attempt > 0);
                return result;
            }

            if (result.Outcome != CallOutcome.NotSent) unanswered?.Invoke(result);
            if (RunClock.Between(firstAskedAt, RunClock.Now) > context.GiveUpAfter)
            {
                context.Violations.Add(new Violation("I6", $"no successful answer for {context.GiveUpAfter.TotalSeconds} s; the last: {result}"));
                return null;
            }

            await Task.Delay(random.Next(50, 250), cancellation);
        }
    }
}

/// <summary>One user of one session, doing one thing after the other and writing the history.</summary>
internal sealed class SessionActor(LoadContext context, RetryingCaller caller, SessionHistory history, Participant who)
{
    public async Task ConfirmAsync()
    {
        context.Reputations.Confirms(history, who);
        var call = await RetryAsync(OperationKind.Confirm, HttpMethod.Post, "/api/session/confirm-completion", new { session_id = history.Session });
        if (call is null) return;
        var answer = Wire.Confirmation(call);
        Record(OperationKind.Confirm, call, answer);
        if (answer?.Outcome is ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted) context.Reputations.SawCompletion(history);
    }

    public async Task CancelAsync()
    {
        var call = await RetryAsync(OperationKind.Cancel, HttpMethod.Post, $"/api/session/{history.Session}/cancel", null);
        if (call is not null) Record(OperationKind.Cancel, call, Wire.Cancellation(call));
    }

    public async Task ReadAsync()
    {
        var call = await RetryAsync(OperationKind.Read, HttpMethod.Get, $"/api/session/{history.Session}", null);
        if (call is null) return;
        var seen = Wire.Session(call);
        Record(OperationKind.Read, call, seen?.Answer);
        if (seen?.CompletedAt is { } completedAt) history.SawCompletedAt(completedAt);
    }

    public async Task ReadReputationAsync()
    {
        var user = history.Pair[who];
        var call = await caller.RetryAsync(
            () => context.Client.CallAsync(caller.Random, HttpMethod.Get, $"/api/user/reputation/{user}", user, null, caller.Cancellation));
        if (call is null) return;
        if (call.Status != 200)
        {
            context.Violations.Add(new Violation("contract", $"unexpected answer: {call}"));
            return;
        }

        var longest = context.Options.ReputationStaleness;
        // A completion is seen at once if its reputation's grain could be notified within a second, which a slow machine may not achieve.
        var isFresh = context.Options.JudgesSpeed && context.Faults.IsQuiet(call.InvokedAt - RunClock.Ticks(longest), call.ReturnedAt);
        var staleness = isFresh ? TimeSpan.Zero : longest;
        if (context.Reputations.Check(user, call.Body.GetProperty("completed_sessions").GetInt64(), staleness, call) is { } violation)
            context.Violations.Add(violation);
    }

    private Task<Call?> RetryAsync(OperationKind kind, HttpMethod method, string path, object? body) =>
        caller.RetryAsync(
            () => context.Client.CallAsync(caller.Random, method, path, history.Pair[who], body, caller.Cancellation),
            unanswered => history.Add(SessionOperation.Pending(kind, who, unanswered.InvokedAt)));

    private void Record(OperationKind kind, Call call, SessionAnswer? answer)
    {
        if (answer is null)
            context.Violations.Add(new Violation("contract", $"unexpected answer in session {history.Session}: {call}"));
        else
            history.Add(new SessionOperation(kind, who, call.InvokedAt, call.ReturnedAt, answer));
    }
}
