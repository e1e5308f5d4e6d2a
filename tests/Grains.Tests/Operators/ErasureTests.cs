using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Grains.Tests.Reputation;
using Wingman.Operators;
using Wingman.Silo.Operations.Support;
using Wingman.Testing;
using Wingman.Testing.Invariants;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Operators;

/// <summary>An operator erases a user from the log and from the stored reputation, also while the reputation is being announced.</summary>
[Collection(FaultCollection.Name)]
public sealed class ErasureTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Erase_RemovesTheUserFromTheLogAndTheStoredReputation_AndIsLoggedWithoutThem()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user2: true);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Tables.ExecuteAsync(
            "insert into wingman.events (kind, actor, at, host) select 'reputation_changed', $1, now(), 'old' from generate_series(1, 3)", meeting.User1.Value);
        var other = await Cluster.Tables.CountAsync("select count(*) from wingman.events where actor is not null and actor <> $1", meeting.User1.Value);

        var (lines, _) = await EraseAsync(meeting.User1);
        var (again, stateAgain) = await EraseAsync(meeting.User1);

        Assert.Equal((4, 0, false), (lines, again, stateAgain));
        Assert.Equal(0, await Cluster.Tables.CountAsync("select count(*) from wingman.events where actor = $1", meeting.User1.Value));
        Assert.Equal(other, await Cluster.Tables.CountAsync("select count(*) from wingman.events where actor is not null"));
        Assert.Equal(["completed"], (await Cluster.Tables.LogAsync(meeting.Session)).Select(static line => line.Kind));
        Assert.Equal(1, await Cluster.Tables.CountAsync(
            "select count(*) from wingman.events where kind = 'user_erased' and operator = 'olga' and detail = $1 and actor is null and session_id is null", Ticket(meeting.User1)));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Erase_WhenTheReputationWasAnnounced_LeavesNoRowOfIt()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "completed", user1: true, user2: true);
        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
        await Eventually.BecomesAsync("the reputation is announced", _ => StoredReputation.CountAsync(Cluster.Tables, meeting.User1), static rows => rows == 1);
        // The product deletes its rows too; otherwise the next read would store the state again.
        await Cluster.Tables.DeleteAsync(meeting.User1);

        Assert.Equal((1, true), await EraseAsync(meeting.User1));

        Assert.Equal(0, await StoredReputation.CountAsync(Cluster.Tables, meeting.User1, alsoEmpty: true));
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Empty(await Cluster.Tables.AnnouncementsAsync(meeting.User1));
        Assert.Equal((0, false), await EraseAsync(meeting.User1));
    }

    [Fact]
    public async Task Erase_WhileTheReputationIsBeingAnnounced_LeavesNoRowOfIt()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "completed", user1: true, user2: true);
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        fixture.Plan.Arm(Before(Append), meeting.User1.Value, () =>
        {
            reached.SetResult();
            return release.Task;
        });
        await Cluster.CountsAsync(meeting.User1);
        await reached.Task.WaitAsync(Eventually.Deadline);

        Assert.Equal((0, false), await EraseAsync(meeting.User1));
        release.SetResult();
        await Eventually.IsTrueAsync("the activation has ended", _ => Task.FromResult(!Cluster.IsActive(Cluster.Reputation(meeting.User1))));

        // The announcement has still appended its line, which the next search finds, but stored no state.
        Assert.Equal((1, false), await EraseAsync(meeting.User1));
        Assert.Equal(0, await StoredReputation.CountAsync(Cluster.Tables, meeting.User1, alsoEmpty: true));
    }

    [Fact]
    public async Task Erase_WhenAnAnnouncementInProgressAppendsItsLineAfterTheFirstSearch_FindsIt()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "completed", user1: true, user2: true);
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        fixture.Plan.Arm(Before(Append), meeting.User1.Value, () =>
        {
            reached.TrySetResult();
            return release.Task;
        });
        try
        {
            await Cluster.CountsAsync(meeting.User1);
            await reached.Task.WaitAsync(Eventually.Deadline);
            // The first search is the next to pass this point: the announcement waits before its line is appended.
            fixture.Plan.Arm(After(Append), meeting.User1.Value, () =>
            {
                release.TrySetResult();
                return Task.CompletedTask;
            });

            var answer = await new RepairService(Cluster.Grains).EraseAsync(meeting.User1, ActOn(meeting.User1));

            Assert.Equal(RepairEnd.Done, answer.Outcome);
            Assert.StartsWith("Erased: the user's id is removed from 1 lines of the log.", answer.Text, StringComparison.Ordinal);
            Assert.Equal(0, await Cluster.Tables.CountAsync("select count(*) from wingman.events where actor = $1", meeting.User1.Value));
            Assert.Equal(0, await StoredReputation.CountAsync(Cluster.Tables, meeting.User1, alsoEmpty: true));
        }
        finally
        {
            release.TrySetResult();
        }
    }

    private Task<(long Lines, bool State)> EraseAsync(UserId user) => RepairService.EraseOnceAsync(Cluster.Reputation(user), ActOn(user));

    private static OperatorAct ActOn(UserId user) => new("olga", Ticket(user));

    private static string Ticket(UserId user) => $"ticket {user.Value.ToString()[..4]}";
}
