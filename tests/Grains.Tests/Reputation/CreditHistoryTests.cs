using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>A user's history, page by page, as the rows are at the moment.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CreditHistoryTests(ClusterFixture fixture)
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

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
        var missed = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromDays(-2), meeting: Meeting.New() with { User2 = user });
        await Cluster.Session(missed).ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue));
        var met = await Cluster.Tables.AddMeetingAsync(user1: true, meeting: Meeting.New() with { User2 = user });
        await Cluster.Session(met).ConfirmCompletionAsync(user);
        await Cluster.Tables.AddMeetingAsync("cancelled", meeting: Meeting.New() with { User2 = user });

        var page = await Cluster.Reputation(user).GetHistoryAsync(null, 10);

        // A completion has the time at which it was completed; a no-show has the session's scheduled time.
        Assert.Equal(
            [
                new(met.Session, CreditOutcome.Completed, (await Cluster.Tables.SessionAsync(met.Session)).CompletedAt!.Value),
                new(missed.Session, CreditOutcome.NoShow, (await Cluster.Tables.SessionAsync(missed.Session)).ScheduledAt!.Value),
            ],
            page.Credits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(21)]
    [InlineData(100)]
    public async Task GetHistory_WhenPaged_ShowsEachCreditOnceInOrderAlsoAtEqualTimes(int limit)
    {
        var user = await AddCreditsAsync(10, At);
        await AddCreditsAsync(6, At.AddMicroseconds(1), user);
        await AddCreditsAsync(5, At.AddHours(-1), user);

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
        Assert.Equal(seen.OrderByDescending(credit => credit.At).ThenByDescending(credit => credit.Session.ToString(), StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task GetHistory_WhenCreditsArriveBetweenPages_RepeatsAndLosesNone()
    {
        var user = await AddCreditsAsync(6, At);
        var first = await Cluster.Reputation(user).GetHistoryAsync(null, 3);
        await AddCreditsAsync(4, At.AddHours(1), user);

        var second = await Cluster.Reputation(user).GetHistoryAsync(first.Next, 3);

        Assert.Equal(6, first.Credits.Concat(second.Credits).Select(credit => credit.Session).Distinct().Count());
        Assert.Null(second.Next);
    }

    private async Task<UserId> AddCreditsAsync(int count, DateTimeOffset at, UserId? user = null)
    {
        var meeting = Meeting.New();
        meeting = meeting with { User1 = user ?? meeting.User1 };
        await Cluster.Tables.AddMatchAsync(meeting);
        await Cluster.Tables.ExecuteAsync(
            "insert into public.wingman_sessions (match_id, status, completed_at) select $1, 'completed', $2 from generate_series(1, $3)",
            meeting.Match.Value, at.UtcDateTime, count);
        return meeting.User1;
    }
}
