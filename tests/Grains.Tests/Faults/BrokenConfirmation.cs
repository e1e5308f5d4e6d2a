using Wingman.Grains.Tests.Cluster;
using Wingman.Sessions;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A confirmation in which a failure was injected.</summary>
/// <param name="Meeting">The session.</param>
/// <param name="Caller">Who confirmed.</param>
/// <param name="Completing">Whether the buddy had confirmed before.</param>
/// <param name="Answer">What the caller was answered; null if there was no answer.</param>
internal sealed record BrokenConfirmation(Meeting Meeting, UserId Caller, bool Completing, ConfirmOutcome? Answer)
{
    private const string User1 = "user1";
    private const string User2 = "user2";

    /// <summary>Every point, whose key it has (the session's if no user is named), and whether the completing confirmation passes it.</summary>
    public static IEnumerable<(string Point, string? User, bool Completing)> Points()
    {
        foreach (var completing in new[] { false, true })
        {
            foreach (var what in new[] { Confirm, Read("session"), Write("session") })
            {
                yield return (Before(what), null, completing);
                yield return (After(what), null, completing);
            }
        }

        foreach (var user in new[] { User1, User2 })
        {
            yield return (Before(Notify), user, true);
            yield return (After(Notify), user, true);
        }
    }

    /// <summary>Makes a confirmation of a new session fail at a point, and records what its client was answered.</summary>
    public static async Task<BrokenConfirmation> BreakAsync(WingmanCluster cluster, FaultPlan plan, string point, string? user, bool completing)
    {
        var meeting = await cluster.Tables.AddMeetingAsync();
        var session = cluster.Session(meeting);
        if (completing)
        {
            Assert.Equal(ConfirmOutcome.WaitingForBuddy, await TryConfirmAsync(session, meeting.User1));
            // So that the completing confirmation reads the row, too.
            await cluster.DeactivateAsync(session);
        }

        var key = user switch { User1 => meeting.User1.Value, User2 => meeting.User2.Value, _ => meeting.Session.Value };
        var caller = completing ? meeting.User2 : meeting.User1;
        plan.Arm(point, key);
        var answer = await TryConfirmAsync(session, caller);
        Assert.False(plan.Disarm(point, key), $"nothing came by {point}");

        // The answer does not depend on whether reputations can be notified.
        if (user is not null) Assert.Equal(ConfirmOutcome.Completed, answer);
        else Assert.Null(answer);

        var broken = new BrokenConfirmation(meeting, caller, completing, answer);
        await broken.AssertPromisesAsync(cluster);
        return broken;
    }

    /// <summary>Retries it as its client would, and completes the session.</summary>
    public async Task RetryAsync(WingmanCluster cluster)
    {
        await AssertPromisesAsync(cluster);
        var session = cluster.Session(Meeting);
        var retried = await TryConfirmAsync(session, Caller);
        if (Completing) Assert.True(retried is ConfirmOutcome.Completed or ConfirmOutcome.AlreadyCompleted, $"the retry was answered {retried}");
        else Assert.Equal(ConfirmOutcome.WaitingForBuddy, retried);

        if (!Completing) Assert.Equal(ConfirmOutcome.Completed, await TryConfirmAsync(session, Meeting.User2));
        Assert.Equal(ConfirmOutcome.AlreadyCompleted, await TryConfirmAsync(session, Caller));
        // Each confirmation was stored once, however often it was sent.
        Assert.Equal(["confirmed", "completed"], await cluster.Tables.TransitionsAsync(Meeting.Session));
        Assert.Equal(new("accepted", 1, 1), await cluster.Tables.MatchAsync(Meeting.Match));
        Assert.Equal((1, 0, 1, 0), await cluster.LaterCountsAsync(Meeting));
    }

    /// <summary>Confirms as a client: a failure means that it may have happened.</summary>
    /// <returns>The answer, or null after a failure.</returns>
    public static async Task<ConfirmOutcome?> TryConfirmAsync(ISessionGrain session, UserId user)
    {
        try
        {
            return (await session.ConfirmCompletionAsync(user)).Outcome;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    /// <summary>I1: what was acknowledged is stored.</summary>
    private async Task AssertPromisesAsync(WingmanCluster cluster)
    {
        var row = await cluster.Tables.SessionAsync(Meeting.Session);
        if (Completing) Assert.True(row.User1, $"the first confirmation is lost: {row}");
        if (Answer == ConfirmOutcome.Completed) Assert.Equal("completed", row.Status);
    }
}
