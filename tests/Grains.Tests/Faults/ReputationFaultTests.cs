using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Reputation;
using Wingman.Reputation;
using Wingman.Testing;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>
/// Counts that fail or are overtaken, and announcements that fail, wait or are cut off: reads give the right counts and wait for
/// nothing but their count, and every change is announced in the end.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class ReputationFaultTests(FaultFixture fixture)
{
    private static readonly TimeSpan MaxAge = new ReputationOptions().MaxAge;

    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("before the count")]
    [InlineData("after the count")]
    public async Task Get_WhenACountFails_SaysSoAndTheNextIsExact(string point)
    {
        var user = await AddUserAsync();
        fixture.Plan.Arm(point, user.Value);

        Assert.NotNull(await Record.ExceptionAsync(Cluster.Reputation(user).GetAsync));
        Assert.False(fixture.Plan.Disarm(point, user.Value), $"nothing came by {point}");

        Assert.Equal((1, 0), await Cluster.CountsAsync(user));
    }

    [Fact]
    public async Task Get_WhenASessionCompletesDuringTheCount_CountsAgain()
    {
        var user = await AddUserAsync();
        var open = await Cluster.Tables.AddMeetingAsync(user2: true, meeting: Meeting.New() with { User1 = user });
        // The rows are counted; before the answer is there, the session is completed and the reputation notified.
        fixture.Plan.Arm(After(Count), user.Value, () => Cluster.Session(open).ConfirmCompletionAsync(user));

        // The count that was begun before may answer the call that waited for it, but not the next one.
        Assert.InRange((await Cluster.CountsAsync(user)).Completed, 1, 2);
        Assert.Equal((2, 0), await Cluster.CountsAsync(user));
    }

    [Fact]
    public async Task Get_WhenTheCountArrivesLate_CountsItsAgeFromItsBegin()
    {
        var user = await AddUserAsync();
        fixture.Plan.Arm(After(Count), user.Value, () =>
        {
            Cluster.Clock.Advance(MaxAge);
            return Task.CompletedTask;
        });
        Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        await Cluster.Tables.AddMeetingAsync("completed", true, true, meeting: Meeting.New() with { User1 = user });

        Assert.Equal((2, 0), await Cluster.CountsAsync(user));
    }

    /// <summary>The next activation may be in another silo: its count is not invalidated by a silo that only had an earlier one.</summary>
    [Fact]
    public async Task Completion_WhenTheActivationOfAReputationHasEnded_CallsTheReputation()
    {
        // Of three grains in two silos at least two share one: some of these sessions are where one of their reputations was.
        for (var i = 0; i < 8; i++)
        {
            UserId[] users = [await AddUserAsync(), await AddUserAsync()];
            var open = await Cluster.Tables.AddMeetingAsync(user2: true, meeting: Meeting.New() with { User1 = users[0], User2 = users[1] });
            foreach (var user in users)
            {
                Assert.Equal((1, 0), await Cluster.CountsAsync(user));
                await Cluster.DeactivateAsync(Cluster.Reputation(user));
                await Eventually.IsTrueAsync("the activation has ended", _ => Task.FromResult(!Cluster.IsActive(Cluster.Reputation(user))));
            }

            await Cluster.Session(open).ConfirmCompletionAsync(open.User1);

            Assert.All(users, user => Assert.Equal(1, fixture.Plan.Passed(Before(Notify), user.Value)));
        }
    }

    [Fact]
    public async Task Change_IsAnnouncedInTheLogAndStoredOffTheRequestsPath()
    {
        var user = await AddUserAsync();
        Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        await AnnouncedAsync(user, "completed 1, no-shows 0");
        Assert.Equal("{\"Completed\":1,\"NoShows\":0}", await StoredAsync(user, 1), ignoreCase: true);

        await Cluster.Tables.AddMeetingAsync("no_show", meeting: Meeting.New() with { User2 = user });
        Cluster.Clock.Advance(MaxAge);
        Assert.Equal((1, 1), await Cluster.CountsAsync(user));
        await AnnouncedAsync(user, "completed 1, no-shows 0", "completed 1, no-shows 1");
        await StoredAsync(user, 2);

        // Nothing has changed: a new activation, which knows only what is stored, announces nothing.
        await Cluster.DeactivateAsync(Cluster.Reputation(user));
        var reads = fixture.Plan.Passed(After(Read("reputation")), user.Value);
        Assert.Equal((1, 1), await Cluster.CountsAsync(user));
        await Eventually.IsTrueAsync("the new activation has read its row", _ => Task.FromResult(fixture.Plan.Passed(After(Read("reputation")), user.Value) > reads));
        Assert.Equal((1, 1), await Cluster.CountsAsync(user));
        await AnnouncedAsync(user, "completed 1, no-shows 0", "completed 1, no-shows 1");
    }

    [Fact]
    public async Task Change_BackToNothing_IsAnnouncedToo()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync("completed", true, true);
        await Cluster.CountsAsync(meeting.User1);
        await StoredAsync(meeting.User1, 1);
        await Cluster.Tables.DeleteAsync(meeting.Session);
        Cluster.Clock.Advance(MaxAge);

        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));

        await AnnouncedAsync(meeting.User1, "completed 1, no-shows 0", "completed 0, no-shows 0");
    }

    [Fact]
    public async Task Change_BackToNothing_WhileTheGrainIsAway_IsAnnouncedAndLeavesNoRow()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync("completed", true, true);
        await Cluster.CountsAsync(meeting.User1);
        await StoredAsync(meeting.User1, 1);
        await Cluster.DeactivateAsync(Cluster.Reputation(meeting.User1));
        await Cluster.Tables.DeleteAsync(meeting.Session);

        Assert.Equal((0, 0), await Cluster.CountsAsync(meeting.User1));

        await AnnouncedAsync(meeting.User1, "completed 1, no-shows 0", "completed 0, no-shows 0");
        await Eventually.BecomesAsync("the row is gone", _ => StoredReputation.CountAsync(Cluster.Tables, meeting.User1), count => count == 0);
        await Eventually.IsTrueAsync("no activation is left", _ => Task.FromResult(!Cluster.IsActive(Cluster.Reputation(meeting.User1))));
    }

    [Theory]
    [InlineData("before the reputation's read", 1)]
    [InlineData("after the reputation's read", 1)]
    [InlineData("before appending to the log", 1)]
    [InlineData("after appending to the log", 2)]
    [InlineData("before the reputation's write", 2)]
    [InlineData("after the reputation's write", 1)]
    public async Task Change_WhenItsAnnouncementFails_IsAnnouncedByALaterRead(string point, int times)
    {
        var user = await AddUserAsync();
        fixture.Plan.Arm(point, user.Value);
        Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        await Eventually.IsTrueAsync($"the announcement came by {point}", _ => Task.FromResult(fixture.Plan.Passed(point, user.Value) > 0));

        // At least once: a failure between the log and the state announces it again, none ever loses it.
        await Eventually.BecomesAsync(
            "the change is announced and stored",
            async _ =>
            {
                Cluster.Clock.Advance(MaxAge);
                Assert.Equal((1, 0), await Cluster.CountsAsync(user));
                return (await Cluster.Tables.AnnouncementsAsync(user)).Length;
            },
            count => count == times);
        await StoredAsync(user, 1);
    }

    [Fact]
    public async Task Get_WhileAnAnnouncementWaits_IsAnswered()
    {
        var user = await AddUserAsync();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        fixture.Plan.Arm(Before(Read("reputation")), user.Value, () =>
        {
            reached.SetResult();
            return release.Task;
        });
        await Cluster.CountsAsync(user);
        await reached.Task.WaitAsync(Eventually.Deadline);

        try
        {
            Cluster.Clock.Advance(MaxAge);
            var open = await Cluster.Tables.AddMeetingAsync(user2: true, meeting: Meeting.New() with { User1 = user });
            Assert.Equal((1, 0), await Cluster.CountsAsync(user).WaitAsync(TimeSpan.FromSeconds(3)));
            await Cluster.Session(open).ConfirmCompletionAsync(user);
            Assert.Equal((2, 0), await Cluster.CountsAsync(user).WaitAsync(TimeSpan.FromSeconds(3)));
        }
        finally
        {
            release.SetResult();
        }

        await AnnouncedAsync(user, "completed 1, no-shows 0", "completed 2, no-shows 0");
    }

    [Fact]
    public async Task Change_BackWhileItIsAnnounced_IsAnnouncedWithoutAnotherRead()
    {
        var user = await AddUserAsync();
        await Cluster.CountsAsync(user);
        await StoredAsync(user, 1);
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        fixture.Plan.Arm(Before(Append), user.Value, () =>
        {
            reached.SetResult();
            return release.Task;
        });

        try
        {
            var noShow = await Cluster.Tables.AddMeetingAsync("no_show", meeting: Meeting.New() with { User2 = user });
            Cluster.Clock.Advance(MaxAge);
            Assert.Equal((1, 1), await Cluster.CountsAsync(user));
            await reached.Task.WaitAsync(Eventually.Deadline);
            await Cluster.Tables.DeleteAsync(noShow.Session);
            Cluster.Clock.Advance(MaxAge);
            Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        }
        finally
        {
            release.SetResult();
        }

        await AnnouncedAsync(user, "completed 1, no-shows 0", "completed 1, no-shows 1", "completed 1, no-shows 0");
        Assert.Equal("{\"Completed\":1,\"NoShows\":0}", await StoredAsync(user, 3), ignoreCase: true);
    }

    private async Task<UserId> AddUserAsync() => (await Cluster.Tables.AddMeetingAsync("completed", true, true)).User1;

    private async Task AnnouncedAsync(UserId user, params string[] details)
    {
        var lines = await Eventually.BecomesAsync(
            $"{details.Length} changes are announced", _ => Cluster.Tables.AnnouncementsAsync(user), lines => lines.Length >= details.Length);
        Assert.Equal(details, lines.Select(line => line.Detail));
    }

    private async Task<string?> StoredAsync(UserId user, int version)
    {
        await Eventually.BecomesAsync("the state is stored", _ => StoredReputation.VersionAsync(Cluster.Tables, user), stored => stored == version);
        return await StoredReputation.PayloadAsync(Cluster.Tables, user);
    }
}
