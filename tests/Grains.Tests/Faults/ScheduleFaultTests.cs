using Wingman.Grains.Tests.Cluster;
using Wingman.Matches;
using Wingman.State;
using Wingman.Testing.Invariants;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A failure at each point of scheduling a session: the session is stored with all that belongs to it, or not at all.</summary>
[Collection(FaultCollection.Name)]
public sealed class ScheduleFaultTests(FaultFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("before the match's read", false)]
    [InlineData("after the match's read", false)]
    [InlineData("before the match's write", false)]
    [InlineData("after the match's write", true)]
    public async Task Schedule_WhenItFails_IsFoundByTheRetryOrNeverHappened(string point, bool isStored)
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(point, meeting.Match.Value);

        await Assert.ThrowsAsync<StorageException>(() => ScheduleAsync(meeting));
        Assert.False(fixture.Plan.Disarm(point, meeting.Match.Value), $"nothing came by {point}");
        Assert.Equal(isStored ? 1 : 0, await SessionsOfAsync(meeting));

        var retried = await ScheduleAsync(meeting);
        Assert.Equal(isStored ? ScheduleOutcome.AlreadyActive : ScheduleOutcome.Scheduled, retried.Outcome);
        Assert.Equal(1, await SessionsOfAsync(meeting));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Schedule_WhenTheReplyOfItsCommitIsLost_FindsItsOwnSession()
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(After(Write("match")), meeting.Match.Value, static () => throw new UnknownOutcomeException("The reply was lost."));

        var scheduled = await ScheduleAsync(meeting);

        Assert.Equal(ScheduleOutcome.Scheduled, scheduled.Outcome);
        Assert.NotNull(await Cluster.Tables.FindAsync(scheduled.Session!.Value));
        Assert.Equal(1, await SessionsOfAsync(meeting));
        Assert.Equal(["scheduled"], await Cluster.Tables.TransitionsAsync(scheduled.Session.Value));
    }

    [Fact]
    public async Task Schedule_WhenItsOutcomeIsUnknownAndNothingWasStored_IsDoneAgain()
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, static () => throw new UnknownOutcomeException("The connection broke."));

        var scheduled = await ScheduleAsync(meeting);

        Assert.Equal(ScheduleOutcome.Scheduled, scheduled.Outcome);
        Assert.NotNull(await Cluster.Tables.FindAsync(scheduled.Session!.Value));
        Assert.Equal(1, await SessionsOfAsync(meeting));
    }

    [Fact]
    public async Task Schedule_WhenAnotherSessionIsInsertedMeanwhile_IsRefusedAndInsertsNothing()
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, () => Cluster.Tables.AddSessionAsync(meeting));

        Assert.Equal(ScheduleOutcome.AlreadyActive, (await ScheduleAsync(meeting)).Outcome);

        Assert.Equal(1, await SessionsOfAsync(meeting));
    }

    [Theory]
    [InlineData("declined")]
    [InlineData("expired")]
    [InlineData(null)]
    public async Task Schedule_WhenTheMatchIsNoLongerAcceptedMeanwhile_IsRefusedWithTheNewStatus(string? status)
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, () =>
            Cluster.Tables.ExecuteAsync("update public.wingman_matches set status = $2 where id = $1", meeting.Match.Value, status));

        Assert.Equal(new(ScheduleOutcome.MatchNotAccepted, null, status ?? "pending"), await ScheduleAsync(meeting));

        Assert.Equal(0, await SessionsOfAsync(meeting));
        Assert.Equal(status, (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
    }

    [Fact]
    public async Task Schedule_WhenTheMatchIsDeletedMeanwhile_FindsNothingAndDoesNotBringItBack()
    {
        var meeting = await AddMatchAsync();
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, () => Cluster.Tables.DeleteAsync(meeting.Match));

        Assert.Equal(new(ScheduleOutcome.MatchNotFound), await ScheduleAsync(meeting));

        Assert.Equal(0, await Cluster.Tables.CountAsync("select count(*) from public.wingman_matches where id = $1", meeting.Match.Value));
        Assert.Equal(0, await SessionsOfAsync(meeting));
    }

    [Fact]
    public async Task Register_WhenTheProductInsertsTheMatchMeanwhile_UpdatesItInstead()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting with { Match = new(Guid.NewGuid()) });
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, () => Cluster.Tables.AddMatchAsync(meeting, "declined"));

        Assert.Equal(RegisterMatchOutcome.Updated, await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, "accepted")));

        Assert.Equal("accepted", (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
    }

    [Fact]
    public async Task Register_WhenTheReplyOfItsCommitIsLost_SaysThatItHasCreatedTheMatch()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting with { Match = new(Guid.NewGuid()) });
        fixture.Plan.Arm(After(Write("match")), meeting.Match.Value, static () => throw new UnknownOutcomeException("The reply was lost."));

        Assert.Equal(RegisterMatchOutcome.Created, await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, "accepted")));

        Assert.Equal("accepted", (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
    }

    [Fact]
    public async Task Register_WhenItsOutcomeIsUnknownAndTheProductInsertedTheMatchForOthers_IsNotTakenForDone()
    {
        var meeting = Meeting.New();
        var others = meeting with { User1 = new(Guid.NewGuid()) };
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, async () =>
        {
            await Cluster.Tables.AddMatchAsync(others);
            throw new UnknownOutcomeException("The connection broke.");
        });

        Assert.Equal(RegisterMatchOutcome.UsersDiffer, await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, "accepted")));
    }

    [Fact]
    public async Task Register_WhenItsOutcomeIsUnknownAndNothingWasStored_IsDoneAgain()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting, "pending");
        fixture.Plan.Arm(Before(Write("match")), meeting.Match.Value, static () => throw new UnknownOutcomeException("The connection broke."));

        Assert.Equal(RegisterMatchOutcome.Updated, await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, "accepted")));

        Assert.Equal("accepted", (await Cluster.Tables.MatchAsync(meeting.Match)).Status);
    }

    private async Task<Meeting> AddMatchAsync()
    {
        var meeting = Meeting.New();
        await Cluster.Tables.AddMatchAsync(meeting);
        return meeting;
    }

    private Task<ScheduleSessionResult> ScheduleAsync(Meeting meeting) => Cluster.Match(meeting.Match).ScheduleSessionAsync(
        new(new(meeting.User1, false), "Cafe", Cluster.Clock.GetUtcNow().AddHours(1), TestDatabase.Challenge1, TestDatabase.Challenge2));

    private Task<long> SessionsOfAsync(Meeting meeting) =>
        Cluster.Tables.CountAsync("select count(*) from public.wingman_sessions where match_id = $1", meeting.Match.Value);
}
