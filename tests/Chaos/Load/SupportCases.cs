using Npgsql;
using Wingman.Chaos.Cluster;
using Wingman.Chaos.Explanations;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Load;

/// <summary>
/// Sessions that end up with support: no-shows that are disputed, sessions that an operator completes or cancels, and sessions
/// that another program writes to between two calls of their users. The steps run one after the other, and each is recorded.
/// </summary>
internal sealed class SupportCases(
    LoadContext context, ChaosDatabase database, OperatorCalls operators, Population population, EventfulSessions records, SharedSessions shared, Random random, CancellationToken cancellation)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly RetryingCaller _caller = new(context, random, cancellation);

    private int _number;

    /// <summary>Runs until asked to stop. A case that still waits for the sweeper then is not continued.</summary>
    /// <param name="stop">Asks it to stop. It cuts off no call: the token of the constructor does.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        Func<Case, CancellationToken, Task<bool>>[] scripts =
            [ReopenedAsync, ExcusedAsync, CompletedNoShowAsync, CompletedByOperatorAsync, CancelledByOperatorAsync, FlaggedByOtherAsync, CancelledByOtherAsync, CompletedByOtherAsync, TakenBackByOtherAsync];
        while (!stop.IsCancellationRequested)
        {
            var script = scripts[random.Next(scripts.Length)];
            var isMissed = script == ReopenedAsync || script == ExcusedAsync || script == CompletedNoShowAsync;
            var isForeign = Array.IndexOf(scripts, script) >= Array.IndexOf(scripts, FlaggedByOtherAsync);
            if (await InsertAsync(isMissed, isForeign) is { } opened && await script(opened, stop)) records.Offer(opened.ToRecord());
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> ReopenedAsync(Case its, CancellationToken stop)
    {
        if (!await EndsAsNoShowAsync(its, stop) || !await RepairAsync(its, ActKind.Reopen, "undo-no-show")) return false;
        its.Finals = new ModelState(SessionStatus.Completed, true, true).Bit;
        return await ConfirmAsync(its, Participant.User1) && await ConfirmAsync(its, Participant.User2);
    }

    private async Task<bool> ExcusedAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.NoShow, true, false).Bit;
        return await EndsAsNoShowAsync(its, stop) && await RepairAsync(its, ActKind.Excuse, "undo-no-show", its.Pair.User1);
    }

    private async Task<bool> CompletedNoShowAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Completed, true, true).Bit;
        return await EndsAsNoShowAsync(its, stop) && await RepairAsync(its, ActKind.RepairComplete, "complete") && await ConfirmAsync(its, Participant.User2);
    }

    private async Task<bool> CompletedByOperatorAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Completed, true, true).Bit;
        return await ConfirmAsync(its, Participant.User1) && await RepairAsync(its, ActKind.RepairComplete, "complete");
    }

    private async Task<bool> CancelledByOperatorAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Cancelled, true, false).Bit;
        return await ConfirmAsync(its, Participant.User1) && await RepairAsync(its, ActKind.RepairCancel, "cancel") && await ConfirmAsync(its, Participant.User2);
    }

    private async Task<bool> FlaggedByOtherAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Completed, true, true).Bit;
        return await ConfirmAsync(its, Participant.User1)
            && await WriteAsync(its, ActKind.ForeignFlag, its.Pair.User2, "user2_completed_confirmed_by_user1 = true")
            && await ConfirmAsync(its, Participant.User1);
    }

    private async Task<bool> CancelledByOtherAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Cancelled, true, false).Bit;
        return await ConfirmAsync(its, Participant.User1)
            && await WriteAsync(its, ActKind.ForeignCancel, null, "status = 'cancelled'")
            && await ConfirmAsync(its, Participant.User2);
    }

    private async Task<bool> CompletedByOtherAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Completed, true, false).Bit;
        return await ConfirmAsync(its, Participant.User1)
            && await WriteAsync(its, ActKind.ForeignComplete, null, "status = 'completed', completed_at = coalesce(completed_at, clock_timestamp())")
            && await ConfirmAsync(its, Participant.User2);
    }

    private async Task<bool> TakenBackByOtherAsync(Case its, CancellationToken stop)
    {
        its.Finals = new ModelState(SessionStatus.Scheduled, false, true).Bit;
        var isDone = await ConfirmAsync(its, Participant.User1)
            && await WriteAsync(its, ActKind.ForeignUnflag, its.Pair.User1, "user1_completed_confirmed_by_user2 = false")
            && await ConfirmAsync(its, Participant.User2);
        // An earlier attempt of the first user may still be under way, and may be carried out after the other program's write.
        if (its.HasUnanswered) its.Finals |= new ModelState(SessionStatus.Completed, true, true).Bit;
        return isDone;
    }

    private async Task<Case?> InsertAsync(bool isMissed, bool isForeign)
    {
        var its = new Case(Population.NewId(random), population.NewPair(random));
        if (isForeign) shared.SetAside(its.Session);
        var at = TimeProvider.System.GetUtcNow() + (isMissed ? -ChaosCluster.GracePeriod : Worker.Ahead);
        its.DueAt = at + ChaosCluster.GracePeriod;
        its.KnownSince = RunClock.Now;
        // A session that was perhaps inserted during a fault gets no calls.
        return await database.TryInsertSessionAsync(its.Pair, its.Session, "Case", at, cancellation) ? its : null;
    }

    /// <summary>Waits for the sweeper. Another check verifies that it runs in time.</summary>
    private async Task<bool> EndsAsNoShowAsync(Case its, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var status = database.Direct.CreateCommand("select status from public.wingman_sessions where id = $1");
                status.Parameters.Add(new NpgsqlParameter { Value = its.Session });
                if (await status.ExecuteScalarAsync(cancellation) is "no_show") return true;
            }
            catch (NpgsqlException)
            {
                // A fault is under way.
            }

            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private async Task<bool> ConfirmAsync(Case its, Participant who)
    {
        var user = its.Pair[who];
        var call = await _caller.RetryAsync(
            () => context.Client.CallAsync(random, HttpMethod.Post, "/api/session/confirm-completion", user, new { session_id = its.Session }, cancellation),
            unanswered => its.Acts.Add(new(ActKind.Confirm, user, unanswered.InvokedAt, SessionOperation.Never)));
        if (call is null) return false;
        if (Wire.Confirmation(call) is not { } answer)
        {
            context.Violations.Add(new Violation("contract", $"unexpected answer in session {its.Session}: {call}"));
            return false;
        }

        its.Acts.Add(new(ActKind.Confirm, user, call.InvokedAt, call.ReturnedAt, answer));
        return true;
    }

    private async Task<bool> RepairAsync(Case its, ActKind kind, string verb, Guid? user = null)
    {
        var reason = $"case {random.Next():x}-{++_number}";
        var from = RunClock.Now;
        var mayBeDone = false;
        var call = await _caller.RetryAsync(
            () => operators.RepairAsync(random, $"session/{its.Session}/{verb}", reason, user, cancellation), _ => mayBeDone = true);
        if (call is null) return false;
        // An attempt that was not answered may have been carried out; the next one is then refused because there is nothing to repair.
        // The log has the operator's reason if and only if an attempt was carried out.
        if (call.Status != 200 && !(call.Status == 409 && mayBeDone && await IsLoggedAsync(its, reason)))
        {
            context.Violations.Add(new Violation("contract", $"an operator's {kind} of session {its.Session} was refused: {call} {call.Body}"));
            return false;
        }

        its.Acts.Add(new(kind, user, from, call.ReturnedAt, null, OperatorCalls.Operator, reason));
        return true;
    }

    private async Task<bool> IsLoggedAsync(Case its, string reason)
    {
        while (true)
        {
            try
            {
                await using var lines = database.Direct.CreateCommand(
                    "select count(*) from wingman.events where session_id = $1 and operator = $2 and strpos(detail, $3) > 0");
                lines.Parameters.Add(new NpgsqlParameter { Value = its.Session });
                lines.Parameters.Add(new NpgsqlParameter { Value = OperatorCalls.Operator });
                lines.Parameters.Add(new NpgsqlParameter { Value = reason });
                return await lines.ExecuteScalarAsync(cancellation) is 1L;
            }
            catch (NpgsqlException)
            {
                // A fault is under way.
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private async Task<bool> WriteAsync(Case its, ActKind kind, Guid? user, string change)
    {
        var from = RunClock.Now;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var update = database.Direct.CreateCommand($"update public.wingman_sessions set {change} where id = $1");
                update.Parameters.Add(new NpgsqlParameter { Value = its.Session });
                await update.ExecuteNonQueryAsync(cancellation);
                its.Acts.Add(new(kind, user, from, RunClock.Now));
                return true;
            }
            catch (NpgsqlException)
            {
                // A fault is under way. The change is tried again; each of these changes may be made twice.
                await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    /// <summary>One session's record, while it is written.</summary>
    private sealed class Case(Guid session, Pair pair)
    {
        public Guid Session => session;

        public Pair Pair => pair;

        public List<RecordedAct> Acts { get; } = [];

        public DateTimeOffset DueAt { get; set; }

        public long KnownSince { get; set; }

        public int Finals { get; set; }

        public bool HasUnanswered => Acts.Exists(static act => !act.IsDone);

        public SessionRecord ToRecord() => new(session, pair, ModelState.New, KnownSince, [.. Acts]) { DueAt = DueAt, Finals = Finals };
    }
}
