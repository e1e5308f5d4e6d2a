using Wingman.Grains.Tests.Cluster;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Testing;
using Wingman.Testing.Invariants;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>A reputation is a count of the rows, no older than the allowed age.</summary>
[Collection(ClusterCollection.Name)]
public sealed class UserReputationTests(ClusterFixture fixture)
{
    private static readonly TimeSpan MaxAge = new ReputationOptions().MaxAge;

    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Get_WhenNobodyKnowsTheUser_IsZeroAndKeepsNoActivationAndNoRow()
    {
        var user = new UserId(Guid.NewGuid());

        Assert.Equal((0, 0), await Cluster.CountsAsync(user));

        await Eventually.IsTrueAsync("the unknown user has no activation", _ => Task.FromResult(!Cluster.IsActive(Cluster.Reputation(user))));
        Assert.Equal(0, await StoredReputation.CountAsync(Cluster.Tables, user));
        Assert.Empty(await Cluster.Tables.AnnouncementsAsync(user));
    }

    [Fact]
    public async Task Get_RightAfterACompletion_IsExactForBoth()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User2));

        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2);

        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User2));
    }

    /// <summary>Another program has set both flags, so that each of these calls completes the session.</summary>
    [Theory]
    [InlineData("a cancellation")]
    [InlineData("an expiry")]
    [InlineData("a repair")]
    public async Task Get_RightAfterACompletionByAnotherCall_IsExactForBoth(string call)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user1: true, user2: true, startsIn: TimeSpan.FromHours(-25));
        foreach (var user in new[] { meeting.User1, meeting.User2 })
        {
            // A user without credits keeps no activation, and so no count that could be too old.
            await Cluster.Tables.AddMeetingAsync("completed", true, true, meeting: Meeting.New() with { User1 = user });
            Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        }

        await CompleteAsync();

        Assert.Equal((2, 0), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((2, 0), await Cluster.CountsAsync(meeting.User2));

        Task CompleteAsync() => call switch
        {
            "a cancellation" => Cluster.Session(meeting).CancelAsync(meeting.User1),
            "an expiry" => Cluster.Session(meeting).ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue)),
            _ => Cluster.Session(meeting).RepairAsync(new(RepairKind.Complete, new("olga", "ticket 17"))),
        };
    }

    [Fact]
    public async Task Get_WithinMaxAge_IsTheSameCountAndAfterItAnother()
    {
        var user = (await Cluster.Tables.AddMeetingAsync("completed", true, true)).User1;
        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Cluster.Reputation(user).GetAsync()));
        Assert.Single(counts.Distinct());
        Assert.Equal(counts[0], await Cluster.Reputation(user).GetStateAsync());

        Cluster.Clock.Advance(MaxAge);

        Assert.True((await Cluster.Reputation(user).GetAsync()).AsOf >= counts[0].AsOf + MaxAge);
    }

    [Fact]
    public async Task Get_WhenSomeoneElseCompletesASession_FindsItWithinMaxAge()
    {
        var user = (await Cluster.Tables.AddMeetingAsync("completed", true, true)).User1;
        var open = await Cluster.Tables.AddMeetingAsync(meeting: Meeting.New() with { User2 = user });
        Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        await Cluster.Tables.SetAsync(open.Session, $"status = 'completed', completed_at = now(), {Tables.SetUser1}, {Tables.SetUser2}");

        Cluster.Clock.Advance(MaxAge);

        Assert.Equal((2, 0), await Cluster.CountsAsync(user));
    }

    [Fact]
    public async Task Get_WhenSomeoneElseDeletesASession_CountsItNoMoreWithinMaxAge()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync("completed", true, true);
        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
        await Cluster.Tables.DeleteAsync(meeting.Match);

        Cluster.Clock.Advance(MaxAge);

        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));
    }

    [Fact]
    public async Task Invalidate_WhenRepeatedOrWithoutReason_ChangesNoCount()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(user2: true);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        var reputation = Cluster.Reputation(meeting.User1);

        await reputation.InvalidateAsync();
        await reputation.InvalidateAsync();

        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));

        await reputation.InvalidateAsync();

        Assert.Equal((1, 0), await Cluster.CountsAsync(meeting.User1));
    }

    /// <summary>If no other silo can have a cached count, it is invalidated without a call, which would activate the reputation.</summary>
    [Fact]
    public async Task Completion_InTheOnlySilo_ActivatesNoReputationAndInvalidatesTheCountOfAnActiveOne()
    {
        await using var cluster = await WingmanCluster.StartAsync(Cluster.Database, new() { Silos = 1 });
        var meeting = await cluster.Tables.AddMeetingAsync(user2: true);
        await cluster.Tables.AddMeetingAsync("completed", true, true, meeting: Meeting.New() with { User1 = meeting.User1 });
        Assert.Equal((1, 0), await cluster.CountsAsync(meeting.User1));

        await cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);

        Assert.Equal((2, 0), await cluster.CountsAsync(meeting.User1));
        Assert.True(cluster.IsActive(cluster.Reputation(meeting.User1)));
        Assert.False(cluster.IsActive(cluster.Reputation(meeting.User2)));
        Assert.Equal((1, 0), await cluster.CountsAsync(meeting.User2));
    }

    /// <summary>With several silos the count may be cached in any of them.</summary>
    [Fact]
    public async Task Completion_WithSeveralSilos_InvalidatesTheCountWhereverItIsCached()
    {
        for (var i = 0; i < 16; i++)
        {
            var meeting = await Cluster.Tables.AddMeetingAsync();
            foreach (var user in new[] { meeting.User1, meeting.User2 })
            {
                await Cluster.Tables.AddMeetingAsync("completed", true, true, meeting: Meeting.New() with { User1 = user });
                Assert.Equal((1, 0), await Cluster.CountsAsync(user));
            }

            await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
            await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2);

            Assert.Equal((2, 0), await Cluster.CountsAsync(meeting.User1));
            Assert.Equal((2, 0), await Cluster.CountsAsync(meeting.User2));
        }
    }

    /// <summary>A user with a session of every status and pair of flags, counted by hand.</summary>
    [Theory]
    [InlineData(CreditCounting.Fair, 4, 2)]
    [InlineData(CreditCounting.Legacy, 2, 8)]
    public async Task Get_CountsEachSessionForWhatItMeans(CreditCounting counting, int completed, int noShows)
    {
        await using var cluster = await WingmanCluster.StartAsync(
            Cluster.Database, new() { Silos = 1, Settings = { [$"{ReputationOptions.Section}:{nameof(ReputationOptions.Counting)}"] = $"{counting}" } });
        var user = new UserId(Guid.NewGuid());
        foreach (var status in new[] { "scheduled", "in_progress", null, "completed", "cancelled", "no_show" })
        {
            await cluster.Tables.AddMeetingAsync(status, true, true, meeting: Meeting.New() with { User1 = user });
            await cluster.Tables.AddMeetingAsync(status, true, null, meeting: Meeting.New() with { User2 = user });
            await cluster.Tables.AddMeetingAsync(status, false, true, meeting: Meeting.New() with { User2 = user });
            await cluster.Tables.AddMeetingAsync(status, null, null, meeting: Meeting.New() with { User1 = user });
        }

        Assert.Equal((completed, noShows), await cluster.CountsAsync(user));
    }

    [Fact]
    public async Task Get_WhileSessionsEnd_EqualsACountOfTheRows()
    {
        var popular = new UserId(Guid.NewGuid());
        Meeting[] meetings = [.. Enumerable.Range(0, 40).Select(_ => Meeting.New() with { User1 = popular })];
        foreach (var meeting in meetings) await Cluster.Tables.AddMeetingAsync(user1: true, meeting: meeting);
        var done = 0;

        await Task.WhenAll(meetings.Select(async meeting =>
        {
            await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2);
            var atLeast = Interlocked.Increment(ref done);
            // The answer contains all that was completed before the read began, whatever count was cached.
            Assert.InRange((await Cluster.CountsAsync(popular)).Completed, atLeast, meetings.Length);
        }));

        var answers = new Dictionary<UserId, UserReputation>();
        foreach (var user in meetings.Select(meeting => meeting.User2).Append(popular)) answers[user] = await Cluster.Reputation(user).GetAsync();
        Assert.Empty(await Promises.FindWrongAsync(Cluster.Database.OtherWriter, answers));
    }
}
