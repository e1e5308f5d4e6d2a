using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>A user's history, page by page.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CreditHistoryTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task GetHistory_WhenThereIsNone_IsOneEmptyPage()
    {
        var page = await Cluster.Reputation(new(Guid.NewGuid())).GetHistoryAsync(null, 10);

        Assert.Empty(page.Credits);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task GetHistory_ShowsCompletionsAndNoShowsNewestFirst()
    {
        var user = new UserId(Guid.NewGuid());
        var missed = await Cluster.Product.AddMeetingAsync(startsIn: TimeSpan.FromDays(-2), meeting: ProductTables.NewMeeting() with { User2 = user });
        await Cluster.Session(missed.Session).ExpireAsync();
        var met = await Cluster.Product.AddMeetingAsync(user1Confirmed: true, meeting: ProductTables.NewMeeting() with { User2 = user });
        // The clock of a completion is the silo's, that of a no-show's credit the database's.
        Cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        await Cluster.Session(met.Session).ConfirmCompletionAsync(user);

        var page = await Cluster.Reputation(user).GetHistoryAsync(null, 10);

        Assert.Equal(
            [(met.Session, CreditOutcome.Completed), (missed.Session, CreditOutcome.NoShow)],
            page.Credits.Select(credit => (credit.Session, credit.Outcome)));
        Assert.Equal((await Cluster.Product.SessionAsync(met.Session)).CompletedAt, page.Credits[0].CreatedAt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(21)]
    [InlineData(100)]
    public async Task GetHistory_WhenPaged_ShowsEachCreditOnceInOrderAlsoAtEqualTimes(int limit)
    {
        var user = new UserId(Guid.NewGuid());
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await Cluster.Product.AddCreditsAsync(user, 10, at);
        await Cluster.Product.AddCreditsAsync(user, 6, at.AddMicroseconds(1));
        await Cluster.Product.AddCreditsAsync(user, 5, at.AddHours(-1));

        List<Credit> seen = [];
        CreditCursor? cursor = null;
        do
        {
            var page = await Cluster.Reputation(user).GetHistoryAsync(cursor, limit);
            Assert.InRange(page.Credits.Count, 1, limit);
            seen.AddRange(page.Credits);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(21, seen.Select(credit => credit.Session).Distinct().Count());
        Assert.Equal(seen.OrderByDescending(credit => credit.CreatedAt).ThenByDescending(credit => credit.Session.ToString(), StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task GetHistory_WhenCreditsArriveBetweenPages_RepeatsAndLosesNone()
    {
        var user = new UserId(Guid.NewGuid());
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await Cluster.Product.AddCreditsAsync(user, 6, at);
        var first = await Cluster.Reputation(user).GetHistoryAsync(null, 3);
        await Cluster.Product.AddCreditsAsync(user, 4, at.AddHours(1));

        var second = await Cluster.Reputation(user).GetHistoryAsync(first.Next, 3);

        Assert.Equal(6, first.Credits.Concat(second.Credits).Select(credit => credit.Session).Distinct().Count());
        Assert.Null(second.Next);
    }
}
