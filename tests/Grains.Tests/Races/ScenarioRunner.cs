using System.Collections.Concurrent;
using Npgsql;
using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Grains.Tests.Sweeping;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.State;
using Wingman.Testing.History;
using Wingman.Testing.Invariants;
using Wingman.Testing.Models;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Races;

/// <summary>A cluster, and the plan of where its calls fail or meet another program's writes.</summary>
internal sealed record FaultedCluster(WingmanCluster Cluster, FaultPlan Plan);

/// <summary>Runs scenarios on two clusters on one database, and explains each step by the model.</summary>
internal sealed class ScenarioRunner(FaultedCluster left, FaultedCluster right, GapHits hits, MetricsReader metrics)
{
    private static readonly NoShowTerms Terms = new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

    private int _calls;
    private int _failures;

    private Tables Tables => left.Cluster.Tables;

    private NpgsqlDataSource Database => left.Cluster.Database.OtherWriter;

    /// <summary>How many calls there were, and how many of them failed by themselves.</summary>
    public (int Calls, int Failures) Counts => (_calls, _failures);

    public async Task RunAsync(Scenario scenario)
    {
        var meeting = Meeting.New();
        await BeginAsync(meeting, scenario.Begin);
        HashSet<DatabaseState> states = [scenario.Begin];
        List<string> history = [$"begins as {scenario.Begin}"];
        foreach (var group in scenario.Groups)
        {
            var happened = await RunGroupAsync(meeting, group);
            history.Add(string.Join(" | ", happened));
            var next = Explanation.Explain(states, happened);
            Assert.True(next.Count > 0, $"From {string.Join(" or ", states)} no order explains the last of: {string.Join("; ", history)}");
            states = next;
        }

        await CheckEndAsync(meeting, states, history);
    }

    private async Task<IReadOnlyList<Occurrence>> RunGroupAsync(Meeting meeting, Group group)
    {
        ConcurrentQueue<Occurrence> happened = [];
        ConcurrentQueue<Task> holding = [];
        var other = new OtherProgram(Database, meeting, happened.Enqueue);
        await Task.WhenAll(
            [.. group.Calls.Select(call => CallAsync(meeting, call, MayLoseItsReply(call, group), other, happened, holding)), .. group.Acts.Select(other.ActAsync)]);
        await Task.WhenAll(holding);
        foreach (var cluster in new[] { left, right })
        {
            foreach (var point in new[] { Before(Read("session")), Before(Write("session")), After(Write("session")) }) cluster.Plan.Disarm(point, meeting.Session.Value);
            foreach (var point in new[] { Before(Read("match")), Before(Write("match")), After(Write("match")) }) cluster.Plan.Disarm(point, meeting.Match.Value);
        }

        return [.. happened];
    }

    private async Task CallAsync(
        Meeting meeting, Call call, bool mayLoseItsReply, OtherProgram other, ConcurrentQueue<Occurrence> happened, ConcurrentQueue<Task> holding)
    {
        var cluster = call.Side == Side.Left ? left : right;
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Arm(meeting, call, cluster.Plan, other, holding, over.Task);
        string? answer = null;
        try
        {
            Interlocked.Increment(ref _calls);
            answer = await CallWithRetriesAsync(meeting, call, cluster.Cluster);
        }
        catch (StorageException exception)
        {
            // It may or may not have happened. A failure that was injected on purpose arrives as an unknown failure.
            if (exception.Failure != StorageFailure.Failed) Interlocked.Increment(ref _failures);
        }
        finally
        {
            over.SetResult();
        }

        Func<DatabaseState, (DatabaseState, string)> step = state => OurModel.Step(state, call.Operation, call.Who);
        Occurrence? lost = null;
        if (mayLoseItsReply && answer is not null)
        {
            // The write whose reply was lost may be one step, and the decision after the next read another.
            lost = new($"{call}, its reply lost", null, step);
            happened.Enqueue(lost);
        }

        happened.Enqueue(new($"{call}", answer, step, lost));
    }

    // A rejected call has not run, for example one that waited for an activation which then ended. The API retries such a call.
    private static async Task<string?> CallWithRetriesAsync(Meeting meeting, Call call, WingmanCluster cluster)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CallGrainAsync(meeting, call, cluster);
            }
            catch (OrleansMessageRejectionException) when (attempt < 3)
            {
            }
        }
    }

    // An armed fault affects the first call that passes its point, whichever call that is.
    private static bool MayLoseItsReply(Call call, Group group) => group.Calls.Any(armed =>
        armed.Fault == WriteFault.LostReply && armed.Side == call.Side && (armed.Operation == Operation.Schedule) == (call.Operation == Operation.Schedule));

    private void Arm(Meeting meeting, Call call, FaultPlan plan, OtherProgram other, ConcurrentQueue<Task> holding, Task over)
    {
        var (name, key) = call.Operation == Operation.Schedule ? ("match", meeting.Match.Value) : ("session", meeting.Session.Value);
        switch (call.Fault)
        {
            case WriteFault.BeforeWrite: plan.Arm(Before(Write(name)), key); break;
            case WriteFault.AfterWrite: plan.Arm(After(Write(name)), key); break;
            case WriteFault.LostReply: plan.Arm(After(Write(name)), key, static () => throw new UnknownOutcomeException("The reply was lost.")); break;
        }

        if (call.Disturbance is not var (gap, act)) return;
        switch (gap)
        {
            case Gap.BeforeRead: plan.Arm(Before(Read(name)), key, ActAsync); break;
            case Gap.BetweenReadAndWrite: plan.Arm(Before(Write(name)), key, ActAsync); break;
            case Gap.BetweenCommitAndAnswer: plan.Arm(After(Write(name)), key, ActAsync); break;
            default: plan.Arm(Before(Write(name)), key, HoldAsync); break;
        }

        Task ActAsync()
        {
            hits.Add(gap, act);
            return other.ActAsync(act);
        }

        // The write continues when the lock is held; the other program commits when the write waits for the lock.
        Task HoldAsync()
        {
            var locked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var deferredBefore = metrics.Sum("wingman.storage.locked");
            holding.Enqueue(Task.Run(async () =>
            {
                var isHit = await other.HoldAsync(act, locked, gap == Gap.DuringLockWait ? FindBlockedAsync : FindDeferredAsync, over);
                if (isHit) hits.Add(gap, act);
            }));
            return locked.Task;

            // For a second after a silo has waited for a lock in vain, it skips locked rows instead of waiting.
            // Another act may wait for this lock while a call waits for that act. The call of this hold may be queued behind that call, and
            // would never be over.
            async Task<LockWait> FindBlockedAsync(int holder) =>
                await BlocksAsync(holder, "=") ? LockWait.Waiting : IsDeferred() || await BlocksAsync(holder, "<>") ? LockWait.Impossible : LockWait.None;

            async Task<LockWait> FindDeferredAsync(int holder) =>
                IsDeferred() ? LockWait.Waiting : await BlocksAsync(holder, "<>") ? LockWait.Impossible : LockWait.None;

            // The skipped row may be of another scenario; this is exact only where one scenario runs at a time.
            bool IsDeferred() => metrics.Sum("wingman.storage.locked") > deferredBefore;
        }
    }

    /// <summary>Whether a statement waits for the holder: one of ours (=), or of another program (&lt;&gt;).</summary>
    private async Task<bool> BlocksAsync(int holder, string ours)
    {
        await using var command = Database.CreateCommand(
            $"""
            select exists (
              select from pg_stat_activity
              where application_name {ours} '{ChangeJournal.Ours}' and wait_event_type = 'Lock' and $1 = any (pg_blocking_pids(pid)))
            """);
        command.Parameters.AddWithValue(holder);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> CallGrainAsync(Meeting meeting, Call call, WingmanCluster cluster)
    {
        var session = cluster.Session(meeting);
        var user = call.Who switch { Who.User1 => meeting.User1, Who.User2 => meeting.User2, _ => new UserId(Guid.NewGuid()) };
        switch (call.Operation)
        {
            case Operation.Confirm:
                return $"{(await session.ConfirmCompletionAsync(user)).Outcome}";
            case Operation.Cancel:
                return $"{(await session.CancelAsync(user)).Outcome}";
            case Operation.Expire:
                return $"{await session.ExpireAsync(Terms)}";
            case Operation.WriteNotes:
                return $"{await session.UpdateNotesAsync(user, OurModel.OurNotes)}";
            case Operation.Schedule:
                var scheduled = await cluster.Match(meeting.Match).ScheduleSessionAsync(
                    new(new(meeting.User1, false), "Cafe", cluster.Clock.GetUtcNow().AddDays(1), TestDatabase.Challenge1, TestDatabase.Challenge2));
                return scheduled.Outcome == ScheduleOutcome.MatchNotAccepted ? $"{scheduled.Outcome} {scheduled.MatchStatus}" : $"{scheduled.Outcome}";
            case Operation.Read:
                var read = await session.GetAsync(user);
                return read.Session?.Snapshot is { } shown ? ShownOf(shown, cluster.Clock) : $"{read.Outcome}";
            default:
                await cluster.DeactivateAsync(session);
                await cluster.DeactivateAsync(cluster.Match(meeting.Match));
                return "";
        }
    }

    private static string ShownOf(SessionSnapshot shown, TimeProvider clock) => OurModel.Shown(
        shown.Status switch { SessionStatus.InProgress => "in_progress", SessionStatus.NoShow => "no_show", var status => $"{status}".ToLowerInvariant() },
        shown.User1Confirmed,
        shown.User2Confirmed,
        TimeOf(shown.ScheduledAt, clock));

    private static Time TimeOf(DateTimeOffset? at, TimeProvider clock) => at is not { } time ? Time.None : time > clock.GetUtcNow() ? Time.Future : Time.LongAgo;

    private async Task BeginAsync(Meeting meeting, DatabaseState begin)
    {
        await Tables.AddMatchAsync(meeting);
        if (!begin.Exists) return;

        await Tables.AddSessionAsync(meeting, begin.Status, begin.User1, begin.User2, begin.Time == Time.LongAgo ? TimeSpan.FromDays(-2) : null);
        if (begin.Time == Time.None) await Tables.SetAsync(meeting.Session, "scheduled_time = null");
    }

    /// <summary>Independent of the activations' states: the tables, the log and the reputations are one of the possible ends.</summary>
    private async Task CheckEndAsync(Meeting meeting, HashSet<DatabaseState> states, List<string> history)
    {
        var end = await ReadEndAsync(meeting);
        Assert.True(states.Contains(end), $"It ended as {end}, and not as {string.Join(" or ", states)}, after: {string.Join("; ", history)}");

        foreach (var cluster in new[] { left, right })
        {
            var (first, second) = (await cluster.Cluster.CountsAsync(meeting.User1), await cluster.Cluster.CountsAsync(meeting.User2));
            Assert.True(
                (first.Completed, first.NoShows, second.Completed, second.NoShows) == end.Credits,
                $"The reputations are {first} and {second} after {end} and: {string.Join("; ", history)}");
        }
    }

    private async Task<DatabaseState> ReadEndAsync(Meeting meeting)
    {
        var lines = (await Tables.TransitionsAsync(meeting.Session)).CountBy(static kind => kind).ToDictionary();
        var end = new DatabaseState
        {
            Lines = (Count("confirmed"), Count("completed"), Count("cancelled"), Count("no_show"), Count("notes_updated")),
        };
        if (await Tables.CountAsync("select count(*) from public.wingman_matches where id = $1", meeting.Match.Value) == 0) return end;

        var match = await Tables.MatchAsync(meeting.Match);
        end = end with
        {
            MatchExists = true,
            MatchStatus = match.Status,
            Counter1 = match.Counter1!.Value,
            Counter2 = match.Counter2!.Value,
            OtherSessions = (int)await Tables.CountAsync(
                "select count(*) from public.wingman_sessions where match_id = $1 and id <> $2", meeting.Match.Value, meeting.Session.Value),
        };
        return await Tables.FindAsync(meeting.Session) is not { } row ? end : end with
        {
            Exists = true,
            Status = row.Status,
            User1 = row.User1,
            User2 = row.User2,
            Time = TimeOf(row.ScheduledAt, left.Cluster.Clock),
            Notes = row.Notes,
            CompletedBy = row.CompletedAt is not { } at ? CompletedBy.Nobody
                : at.Year == 2001 ? CompletedBy.OtherWriter : CompletedBy.Wingman,
        };

        int Count(string kind) => lines.GetValueOrDefault(kind);
    }
}
