using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Sessions;
using Wingman.Testing;
using static Wingman.Grains.Tests.Faults.BrokenConfirmation;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// A failure at each point of a confirmation's path, in the first and in the completing one, followed by the end of the
/// activation or of the whole cluster: what was promised is kept, and the client's repeat gets there.
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
    public async Task Confirmation_WhenItFailsAndTheActivationEnds_IsKeptAndRepeatable(string point, string? user, bool completing)
    {
        var broken = await BreakAsync(Cluster, fixture.Plan, point, user, completing);
        await CommitInvariants.AssertAsync(Cluster.Database);

        await Cluster.DeactivateAsync(Cluster.Session(broken.Meeting.Session));

        await broken.RepeatAsync(Cluster);
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task Confirmations_WhenTheyFailAndTheClusterIsRestarted_AreKeptAndRepeatable()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var plan = new FaultPlan();
        List<BrokenConfirmation> broken = [];
        await using (var cluster = await WingmanCluster.StartAsync(database, new() { Services = services => services.AddFaults(plan) }))
        {
            foreach (var (point, user, completing) in BrokenConfirmation.Points()) broken.Add(await BreakAsync(cluster, plan, point, user, completing));
            await CommitInvariants.AssertAsync(cluster.Database);
        }

        await using var restarted = await WingmanCluster.StartAsync(database);
        await CommitInvariants.AssertAsync(restarted.Database);
        foreach (var confirmation in broken) await confirmation.RepeatAsync(restarted);
        await CommitInvariants.AssertAsync(restarted.Database);
    }

    [Fact]
    public async Task Confirmation_WhenItFailsWhileOthersWait_AnswersThemFromWhatIsStored()
    {
        for (var round = 0; round < 20; round++)
        {
            var meeting = await Cluster.Product.AddMeetingAsync();
            var session = Cluster.Session(meeting.Session);
            fixture.Plan.Arm(After(Write("session")), meeting.Session.Value);

            UserId[] callers = [meeting.User1, meeting.User1, meeting.User2, meeting.User1, meeting.User2];
            var answers = await Task.WhenAll(callers.Select(caller => TryConfirmAsync(session, caller)));

            Assert.Single(answers, answer => answer is null);
            Assert.Single(answers, answer => answer == ConfirmOutcome.Completed);
            Assert.Equal(ConfirmOutcome.AlreadyCompleted, await TryConfirmAsync(session, meeting.User1));
            Assert.Equal(2, await StoredRows.VersionAsync(Cluster.Product, "session", meeting.Session.Value));
        }

        await CommitInvariants.AssertAsync(Cluster.Database);
    }
}
