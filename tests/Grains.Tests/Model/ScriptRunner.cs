using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Model;

/// <summary>Runs scripts against two clusters on one database, and explains each step by the model.</summary>
internal sealed class ScriptRunner(WingmanCluster left, WingmanCluster right, FaultPlan plan)
{
    /// <summary>An activation that lost a race is gone; the next knows what the winner stored. Two clusters can race a few times over.</summary>
    private const int MaxAttempts = 20;

    public async Task RunAsync(SessionScript script)
    {
        var meeting = ProductTables.NewMeeting();
        await left.Product.AddMatchAsync(meeting);
        HashSet<ModelState> states = [default];
        List<string> history = [];
        foreach (var group in script.Groups)
        {
            var observed = await Task.WhenAll(group.Select(call => ObserveAsync(meeting, script, call)));
            Disarm(meeting);
            history.Add(string.Join(" | ", observed.AsEnumerable()));
            var next = Explanation.Explain(states, observed, script);
            Assert.True(next.Count > 0, $"from {string.Join(" or ", states)} no order explains the last of: {string.Join("; ", history)}");
            states = next;
        }

        await CheckEndAsync(meeting, script, states, history);
    }

    /// <summary>Whatever the activations think: what is stored, what is shown and what is credited are one of the possible ends.</summary>
    private async Task CheckEndAsync(Meeting meeting, SessionScript script, HashSet<ModelState> states, List<string> history)
    {
        foreach (var cluster in new[] { left, right })
        {
            await cluster.DeactivateAsync(cluster.Session(meeting.Session));
            var read = new Observed(new Call(SessionAction.Read, Who.User1, Side.Left, Crash.None), await CallAsync(meeting, script, cluster, SessionAction.Read, Who.User1));
            states = Explanation.Explain(states, [read], script);
            Assert.True(states.Count > 0, $"{read} ends no order of: {string.Join("; ", history)}");
        }

        var user1 = await left.Reputation(meeting.User1).GetAsync();
        var user2 = await right.Reputation(meeting.User2).GetAsync();
        var credits = ((int)user1.CompletedSessions, (int)user2.CompletedSessions, (int)user1.NoShows, (int)user2.NoShows);
        Assert.True(states.Any(state => state.Credits == credits), $"credits {credits} end no order of: {string.Join("; ", history)}");
    }

    private async Task<Observed> ObserveAsync(Meeting meeting, SessionScript script, Call call)
    {
        var cluster = call.Side == Side.Left ? left : right;
        if (call.Crash != Crash.None) plan.Arm(PointOf(call.Crash), meeting.Session.Value);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new(call, await CallAsync(meeting, script, cluster, call.Action, call.Who));
            }
            catch (StateConflictException) when (attempt < MaxAttempts)
            {
                // Nothing was stored, and the repeat sees what the other activation did.
            }
            catch (StorageFailedException)
            {
                return new(call, null);
            }
        }
    }

    private static async Task<string> CallAsync(Meeting meeting, SessionScript script, WingmanCluster cluster, SessionAction action, Who who)
    {
        var session = cluster.Session(meeting.Session);
        var user = who switch { Who.User1 => meeting.User1, Who.User2 => meeting.User2, _ => new UserId(Guid.NewGuid()) };
        switch (action)
        {
            case SessionAction.Create:
                await CreateAsync(meeting, script, cluster);
                return "";
            case SessionAction.Deactivate:
                await cluster.DeactivateAsync(session);
                return "";
            case SessionAction.Confirm:
                return (await session.ConfirmCompletionAsync(user)).Outcome.ToString();
            case SessionAction.Cancel:
                return (await session.CancelAsync(user)).Outcome.ToString();
            case SessionAction.Expire:
                var expired = await session.ExpireAsync();
                return expired is ExpireOutcome.NotDue or ExpireOutcome.AlreadyOver ? Answers.NothingToExpire : expired.ToString();
            default:
                var read = await session.GetAsync(user);
                return read.Session?.Snapshot is { } shown ? Answers.Read(shown.Status, shown.User1Confirmed, shown.User2Confirmed) : read.Outcome.ToString();
        }
    }

    private static Task CreateAsync(Meeting meeting, SessionScript script, WingmanCluster cluster) => cluster.Product.ExecuteAsync(
        """
        insert into public.wingman_sessions
          (id, match_id, scheduled_time, status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do nothing
        """,
        meeting.Session.Value,
        meeting.Match.Value,
        cluster.Clock.GetUtcNow().AddDays(script.IsDue ? -2 : 2).UtcDateTime,
        script.Created.Status == SessionStatus.InProgress ? "in_progress" : "scheduled",
        script.Created.User1,
        script.Created.User2);

    private void Disarm(Meeting meeting)
    {
        plan.Disarm(PointOf(Crash.BeforeWrite), meeting.Session.Value);
        plan.Disarm(PointOf(Crash.AfterWrite), meeting.Session.Value);
    }

    private static string PointOf(Crash crash) => crash == Crash.BeforeWrite
        ? FaultPoint.Before(FaultPoint.Write("session"))
        : FaultPoint.After(FaultPoint.Write("session"));
}
