using Wingman.Grains.Tests.Cluster;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>What a completion asks of others, counted at the points where failures could strike.</summary>
[Collection(FaultCollection.Name)]
public sealed class CompletionWorkTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Completion_WhenAUserHasTenThousandCredits_AsksNoMoreThanTheFirst()
    {
        var first = await WorkOfCompletionAsync(credits: 0);
        var tenThousandth = await WorkOfCompletionAsync(credits: 9_999);

        Assert.Equal(new(Reads: 1, Writes: 1, Tellings: 1, Folds: 0, ReputationWrites: 0), first);
        Assert.Equal(first, tenThousandth);
    }

    private async Task<CompletionWork> WorkOfCompletionAsync(int credits)
    {
        var meeting = await Cluster.Product.AddMeetingAsync(user2Confirmed: true);
        var user = meeting.User1;
        await Cluster.Product.AddCreditsAsync(user, credits, Cluster.Clock.GetUtcNow().AddDays(-1));
        Assert.Equal(credits, (await Cluster.Reputation(user).GetAsync()).CompletedSessions);
        // Stores the fold, if there is one, so that the completion's own work is all that is counted.
        await Cluster.DeactivateAsync(Cluster.Reputation(user));
        var before = WorkSoFar(meeting, user);

        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(user);

        var work = WorkSoFar(meeting, user) - before;
        Assert.Equal(credits + 1, (await Cluster.Reputation(user).GetAsync()).CompletedSessions);
        return work;
    }

    private CompletionWork WorkSoFar(Meeting meeting, UserId user) => new(
        fixture.Plan.Passed(Before(Read("session")), meeting.Session.Value),
        fixture.Plan.Passed(Before(Write("session")), meeting.Session.Value),
        fixture.Plan.Passed(Before(Telling), user.Value),
        fixture.Plan.Passed(Before(Fold), user.Value),
        fixture.Plan.Passed(Before(Write("reputation")), user.Value));

    private sealed record CompletionWork(int Reads, int Writes, int Tellings, int Folds, int ReputationWrites)
    {
        public static CompletionWork operator -(CompletionWork left, CompletionWork right) => new(
            left.Reads - right.Reads,
            left.Writes - right.Writes,
            left.Tellings - right.Tellings,
            left.Folds - right.Folds,
            left.ReputationWrites - right.ReputationWrites);
    }
}
