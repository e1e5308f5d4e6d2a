using Wingman.Grains.Tests.Cluster;
using Wingman.Sessions;
using Wingman.State;
using Wingman.Testing;
using Wingman.Testing.Invariants;
using static Wingman.Grains.Tests.Faults.BrokenConfirmation;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// A failure at each point of a confirmation's path, in the first and in the completing one, followed by the end of the
/// activation or of the whole cluster: what was acknowledged is kept, and the client's retry succeeds.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class ConfirmationFaultTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    /// <summary>The rows of the theory.</summary>
    public static TheoryData<string, string?, bool> Points
    {
        get
        {
            TheoryData<string, string?, bool> points = [];
            foreach (var (point, user, completing) in BrokenConfirmation.Points()) points.Add(point, user, completing);
            return points;
        }
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Confirmation_WhenItFailsAndTheActivationEnds_IsKeptAndCanBeRetried(string point, string? user, bool completing)
    {
        var broken = await BreakAsync(Cluster, fixture.Plan, point, user, completing);

        await Cluster.DeactivateAsync(Cluster.Session(broken.Meeting));

        await broken.RetryAsync(Cluster);
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Confirmations_WhenTheyFailAndTheClusterIsRestarted_AreKeptAndCanBeRetried()
    {
        await using var database = await TestDatabase.CreateFreshAsync();
        var plan = new FaultPlan();
        List<BrokenConfirmation> broken = [];
        await using (var cluster = await WingmanCluster.StartAsync(database, new() { Services = services => services.AddFaults(plan) }))
        {
            foreach (var (point, user, completing) in BrokenConfirmation.Points()) broken.Add(await BreakAsync(cluster, plan, point, user, completing));
        }

        await using var restarted = await WingmanCluster.StartAsync(database);
        foreach (var confirmation in broken) await confirmation.RetryAsync(restarted);
        await Invariant.AssertAllAsync(database.OtherWriter);
    }

    [Fact]
    public async Task Confirmation_WhenItFailsWhileOthersWait_AnswersThemFromWhatIsStored()
    {
        for (var round = 0; round < 20; round++)
        {
            var meeting = await Cluster.Tables.AddMeetingAsync();
            var session = Cluster.Session(meeting);
            fixture.Plan.Arm(After(Write("session")), meeting.Session.Value);

            UserId[] callers = [meeting.User1, meeting.User1, meeting.User2, meeting.User1, meeting.User2];
            var answers = await Task.WhenAll(callers.Select(caller => TryConfirmAsync(session, caller)));

            Assert.Single(answers, answer => answer is null);
            Assert.Single(answers, answer => answer == ConfirmOutcome.Completed);
            Assert.Equal(ConfirmOutcome.AlreadyCompleted, await TryConfirmAsync(session, meeting.User1));
            Assert.Equal(["confirmed", "completed"], await Cluster.Tables.TransitionsAsync(meeting.Session));
        }
    }

    [Fact]
    public async Task Confirmation_WhenTheReplyOfItsCommitIsLost_IsRecognisedAndBothReputationsCountAgain()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user1: true);
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User2));
        LoseTheReply("session", meeting.Session.Value);

        Assert.Equal(ConfirmOutcome.Completed, await TryConfirmAsync(Cluster.Session(meeting), meeting.User2));

        // Both cached counts are not yet too old: the rows are counted again only because of an invalidation.
        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User2));
        Assert.Equal(new("accepted", 1, 1), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal(["completed"], (await Cluster.Tables.LogAsync(meeting.Session)).Select(line => line.Kind));
    }

    [Fact]
    public async Task Confirmation_WhenTheReplyOfTheFirstIsLost_Waits()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        LoseTheReply("session", meeting.Session.Value);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, await TryConfirmAsync(Cluster.Session(meeting), meeting.User2));

        Assert.Equal(["confirmed"], (await Cluster.Tables.LogAsync(meeting.Session)).Select(line => line.Kind));
    }

    [Fact]
    public async Task Confirmation_WhenTheReplyIsLostAndSomeoneElseCancelsThen_IsAnsweredFromTheRow()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        fixture.Plan.Arm(After(Write("session")), meeting.Session.Value, async () =>
        {
            await Cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled'");
            throw new UnknownOutcomeException("The reply was lost.");
        });

        Assert.Equal(ConfirmOutcome.Cancelled, await TryConfirmAsync(Cluster.Session(meeting), meeting.User2));

        Assert.Equal(("cancelled", false, true), Flags(await Cluster.Tables.SessionAsync(meeting.Session)));
    }

    [Fact]
    public async Task Cancellation_WhenSomeoneElseCancelsJustBefore_IsTheirsInAnswerAndLog()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        fixture.Plan.Arm(Before(Write("session")), meeting.Session.Value, () => Cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled'"));

        Assert.Equal(CancelOutcome.AlreadyOver, (await Cluster.Session(meeting).CancelAsync(meeting.User1)).Outcome);

        await Eventually.BecomesAsync(
            "the other's cancellation is in the log", _ => Cluster.Tables.LogAsync(meeting.Session), lines => lines.Any(line => line.Kind == "observed"));
        Assert.Empty(await Cluster.Tables.TransitionsAsync(meeting.Session));
    }

    /// <summary>The number of calls and writes of a completion does not grow with the number of its users' earlier sessions.</summary>
    [Fact]
    public async Task Completion_AsksForOneWriteAndTwoNotifications()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user2: true);

        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);

        var (session, user1, user2) = (meeting.Session.Value, meeting.User1.Value, meeting.User2.Value);
        Assert.Equal((1, 1), (fixture.Plan.Passed(Before(Read("session")), session), fixture.Plan.Passed(Before(Write("session")), session)));
        foreach (var user in new[] { user1, user2 })
        {
            Assert.Equal(1, fixture.Plan.Passed(Before(Notify), user));
            Assert.Equal(0, fixture.Plan.Passed(Before(Count), user));
            Assert.Equal(0, fixture.Plan.Passed(Before(Read("reputation")), user));
        }
    }

    private void LoseTheReply(string state, Guid key) =>
        fixture.Plan.Arm(After(Write(state)), key, static () => throw new UnknownOutcomeException("The reply was lost."));

    private static (string?, bool?, bool?) Flags(SessionRow row) => (row.Status, row.User1, row.User2);
}
