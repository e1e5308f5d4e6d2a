using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>A reputation is what the ledger says, and what the tables said before there was one.</summary>
[Collection(ClusterCollection.Name)]
public sealed class UserReputationTests(ClusterFixture fixture)
{
    private static readonly TimeSpan MaxAge = new ReputationOptions().MaxAge;

    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Get_WhenNobodyKnowsTheUser_IsZeroAndCostsNoRow()
    {
        var user = new UserId(Guid.NewGuid());

        Assert.Equal((0, 0), await CountsAsync(user));
        await Cluster.DeactivateAsync(Cluster.Reputation(user));
        Assert.Equal(0, await StoredRows.VersionAsync(Cluster.Product, "reputation", user.Value));
    }

    [Fact]
    public async Task Get_RightAfterOnesOwnCompletion_IsExactForBoth()
    {
        var meeting = await Cluster.Product.AddMeetingAsync();
        Assert.Equal((0, 0), await CountsAsync(meeting.User1));
        Assert.Equal((0, 0), await CountsAsync(meeting.User2));

        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        Assert.Equal((0, 0), await CountsAsync(meeting.User1));
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User2);

        Assert.Equal((1, 0), await CountsAsync(meeting.User1));
        Assert.Equal((1, 0), await CountsAsync(meeting.User2));
    }

    [Fact]
    public async Task Get_WhenNobodyTold_FindsTheCreditWithinMaxAge()
    {
        var user = new UserId(Guid.NewGuid());
        Assert.Equal((0, 0), await CountsAsync(user));
        await Cluster.Product.AddCreditsAsync(user, 1, Cluster.Clock.GetUtcNow());

        Cluster.Clock.Advance(MaxAge);

        Assert.Equal((1, 0), await CountsAsync(user));
    }

    [Fact]
    public async Task Get_WithinMaxAge_IsTheSameLook()
    {
        var user = new UserId(Guid.NewGuid());
        var looks = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Cluster.Reputation(user).GetAsync()));

        Assert.Single(looks.Distinct());
        Assert.Equal(looks[0], await Cluster.Reputation(user).GetStateAsync());
    }

    [Fact]
    public async Task Credited_WhenToldTwiceOrOfNothing_ChangesNoSum()
    {
        var meeting = await Cluster.Product.AddMeetingAsync(user2Confirmed: true);
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        var reputation = Cluster.Reputation(meeting.User1);
        for (var i = 0; i < 3; i++)
        {
            await reputation.CreditedAsync();
            await reputation.CreditedAsync();
            Assert.Equal((1, 0), await CountsAsync(meeting.User1));
        }
    }

    [Fact]
    public async Task Get_CountsWhatTheUserBroughtAlongOnce()
    {
        var user = new UserId(Guid.NewGuid());
        Meeting AsUser1() => ProductTables.NewMeeting() with { User1 = user };
        Meeting AsUser2() => ProductTables.NewMeeting() with { User2 = user };
        await Cluster.Product.AddMeetingAsync("completed", true, true, meeting: AsUser1());
        await Cluster.Product.AddMeetingAsync("completed", true, true, meeting: AsUser2());
        await Cluster.Product.AddMeetingAsync("no_show", false, true, meeting: AsUser1());
        await Cluster.Product.AddMeetingAsync("no_show", true, false, meeting: AsUser1());
        await Cluster.Product.AddMeetingAsync("no_show", false, false, meeting: AsUser2());
        await Cluster.Product.AddMeetingAsync("cancelled", true, false, meeting: AsUser2());
        await Cluster.Product.AddMeetingAsync("scheduled", true, false, meeting: AsUser1());
        var half = await Cluster.Product.AddMeetingAsync(user1Confirmed: true, meeting: AsUser2());

        Assert.Equal((2, 2), await CountsAsync(user));

        // From here on the ledger counts, and what was completed through it is no part of what was brought along.
        await Cluster.Session(half.Session).ConfirmCompletionAsync(user);
        Assert.Equal((3, 2), await CountsAsync(user));
        var reputation = Cluster.Reputation(user);
        await Cluster.DeactivateAsync(reputation);
        Assert.Equal((3, 2), await CountsAsync(user));
        await Cluster.DeactivateAsync(reputation);
        Assert.Contains("\"brought\":{\"completed\":2,\"no_shows\":2}", await PayloadAsync(user), StringComparison.Ordinal);
        Assert.Contains("\"folded\":{\"completed\":1,\"no_shows\":0}", await PayloadAsync(user), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WhenTheFirstLookIsAfterTheFirstCredit_CountsNothingTwice()
    {
        var meeting = await Cluster.Product.AddMeetingAsync(user2Confirmed: true);
        await Cluster.Product.AddMeetingAsync("completed", true, true, meeting: ProductTables.NewMeeting() with { User2 = meeting.User1 });
        await Cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        await Cluster.DeactivateAsync(Cluster.Reputation(meeting.User1));

        Assert.Equal((2, 0), await CountsAsync(meeting.User1));
        Assert.Equal((1, 0), await CountsAsync(meeting.User2));
    }

    [Fact]
    public async Task Get_WhenTheStateIsNotStoredYet_StoresItOffThePath()
    {
        await using var cluster = await WingmanCluster.StartAsync(
            await TestPostgres.CreateDatabaseAsync(),
            new() { Silos = 1, Settings = { [$"{ReputationOptions.Section}:{nameof(ReputationOptions.StoreDelay)}"] = "00:00:00.2" } });
        var meeting = await cluster.Product.AddMeetingAsync(user2Confirmed: true);
        await cluster.Session(meeting.Session).ConfirmCompletionAsync(meeting.User1);
        await cluster.Reputation(meeting.User1).GetAsync();

        await Eventually.BecomesAsync(
            "the fold is stored",
            _ => StoredRows.PayloadAsync(cluster.Product, "reputation", meeting.User1.Value),
            payload => payload?.Contains("\"folded\":{\"completed\":1,\"no_shows\":0}", StringComparison.Ordinal) == true);
    }

    private async Task<(long Completed, long NoShows)> CountsAsync(UserId user)
    {
        var reputation = await Cluster.Reputation(user).GetAsync();
        return (reputation.CompletedSessions, reputation.NoShows);
    }

    private Task<string?> PayloadAsync(UserId user) => StoredRows.PayloadAsync(Cluster.Product, "reputation", user.Value);
}
