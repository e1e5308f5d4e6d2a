using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Invariants;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Matches;

/// <summary>Registering matches and scheduling their sessions.</summary>
[Collection(ClusterCollection.Name)]
public sealed class MatchGrainTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Register_WhenNewThenRepeatedThenChanged_WritesTheRowTwice()
    {
        var meeting = ProductTables.NewMeeting();
        var match = Cluster.Match(meeting.Match);

        Assert.Equal(RegisterMatchOutcome.Created, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Pending)));
        Assert.Equal(RegisterMatchOutcome.Updated, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Pending)));
        Assert.Equal("pending", await StatusAsync(meeting));
        Assert.Equal(RegisterMatchOutcome.Updated, await match.RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted)));
        Assert.Equal("accepted", await StatusAsync(meeting));
        Assert.Equal(2, await StoredRows.VersionAsync(Cluster.Product, "match", meeting.Match.Value));
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task Register_WhenTheUsersDiffer_ChangesNothing()
    {
        var meeting = ProductTables.NewMeeting();
        await Cluster.Product.AddMatchAsync(meeting);

        var outcome = await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, new(Guid.NewGuid()), MatchStatus.Declined));

        Assert.Equal(RegisterMatchOutcome.UsersDiffer, outcome);
        Assert.Equal("accepted", await StatusAsync(meeting));
    }

    [Fact]
    public async Task Schedule_WhenAccepted_MakesARowThatBothCanConfirm()
    {
        var meeting = await AcceptedAsync();
        var challenge = Guid.NewGuid();
        var startsAt = Cluster.Clock.GetUtcNow().AddHours(3);

        var result = await Cluster.Match(meeting.Match).ScheduleSessionAsync(new(new(meeting.User1, false), "Park", startsAt, challenge, null));

        Assert.Equal(ScheduleOutcome.Scheduled, result.Outcome);
        var session = Cluster.Session(result.Session!.Value);
        var shown = (await session.GetAsync(meeting.User2)).Session!;
        Assert.Equal(("Park", challenge, (Guid?)null), (shown.VenueName, shown.User1ChallengeId!.Value, shown.User2ChallengeId));
        Assert.Equal(startsAt, shown.Snapshot.ScheduledAt, TimeSpan.FromMicroseconds(1));
        Assert.Equal(ConfirmOutcome.WaitingForBuddy, (await session.ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal(ConfirmOutcome.Completed, (await session.ConfirmCompletionAsync(meeting.User2)).Outcome);
        await CommitInvariants.AssertAsync(Cluster.Database);
    }

    [Fact]
    public async Task Schedule_WhenOneIsActive_IsRefusedUntilItIsOver()
    {
        var meeting = await AcceptedAsync();
        var first = await ScheduleAsync(meeting);
        Assert.Equal(ScheduleOutcome.Scheduled, first.Outcome);
        Assert.Equal(ScheduleOutcome.AlreadyActive, (await ScheduleAsync(meeting)).Outcome);

        await Cluster.Session(first.Session!.Value).CancelAsync(meeting.User1);

        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("in_progress")]
    public async Task Schedule_WhenTheProductInsertedAnActiveSession_IsRefused(string status)
    {
        var meeting = await Cluster.Product.AddMeetingAsync(status);

        Assert.Equal(ScheduleOutcome.AlreadyActive, (await ScheduleAsync(meeting)).Outcome);
    }

    [Fact]
    public async Task Schedule_WhenManyAskAtOnce_SchedulesOne()
    {
        var meeting = await AcceptedAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScheduleAsync(meeting)));

        Assert.Single(results, result => result.Outcome == ScheduleOutcome.Scheduled);
        Assert.All(results.Where(result => result.Session is null), result => Assert.Equal(ScheduleOutcome.AlreadyActive, result.Outcome));
        Assert.Equal(1, await SessionsAsync(meeting));
    }

    [Fact]
    public async Task Schedule_WhenUnknownOrNotAccepted_IsRefusedAndAnAcceptanceByTheProductIsSeen()
    {
        var meeting = ProductTables.NewMeeting();
        Assert.Equal(ScheduleOutcome.MatchNotFound, (await ScheduleAsync(meeting)).Outcome);
        Assert.Equal(0, await StoredRows.VersionAsync(Cluster.Product, "match", meeting.Match.Value));

        await Cluster.Product.AddMatchAsync(meeting, "pending");
        Assert.Equal(new(ScheduleOutcome.MatchNotAccepted, null, MatchStatus.Pending), await ScheduleAsync(meeting));

        await Cluster.Product.ExecuteAsync("update public.wingman_matches set status = 'accepted' where id = $1", meeting.Match.Value);
        Assert.Equal(ScheduleOutcome.Scheduled, (await ScheduleAsync(meeting)).Outcome);
    }

    [Fact]
    public async Task Schedule_WhenTwoActivationsAskAtOnce_SchedulesOneAndTellsTheOtherOfTheConflict()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var left = await WingmanCluster.StartAsync(database, new() { Silos = 1 });
        await using var right = await WingmanCluster.StartAsync(database, new() { Silos = 1 });
        for (var round = 0; round < 30; round++)
        {
            var meeting = ProductTables.NewMeeting();
            await left.Product.AddMatchAsync(meeting);
            var request = new ScheduleSession(new(meeting.User1, false), "Cafe", left.Clock.GetUtcNow().AddHours(1), null, null);

            var outcomes = await Task.WhenAll(new[] { left, right }.Select(async cluster =>
            {
                try
                {
                    return (await cluster.Match(meeting.Match).ScheduleSessionAsync(request)).Outcome.ToString();
                }
                catch (StateConflictException)
                {
                    return "conflict";
                }
            }));

            Assert.Single(outcomes, outcome => outcome == nameof(ScheduleOutcome.Scheduled));
            Assert.Single(outcomes, outcome => outcome is "conflict" or nameof(ScheduleOutcome.AlreadyActive));
            Assert.Equal(ScheduleOutcome.AlreadyActive, (await right.Match(meeting.Match).ScheduleSessionAsync(request)).Outcome);
            Assert.Equal(ScheduleOutcome.AlreadyActive, (await left.Match(meeting.Match).ScheduleSessionAsync(request)).Outcome);
        }

        Assert.Equal(30, await left.Product.CountAsync("select count(*) from public.wingman_sessions"));
    }

    [Fact]
    public async Task Register_WhenTheProductDeletedTheLastSession_DoesNotBringItBack()
    {
        var meeting = await AcceptedAsync();
        var scheduled = await ScheduleAsync(meeting);
        await Cluster.Product.ExecuteAsync("delete from public.wingman_sessions where id = $1", scheduled.Session!.Value.Value);

        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Declined));

        Assert.Equal(0, await SessionsAsync(meeting));
    }

    private async Task<Meeting> AcceptedAsync()
    {
        var meeting = ProductTables.NewMeeting();
        await Cluster.Match(meeting.Match).RegisterAsync(new(meeting.User1, meeting.User2, MatchStatus.Accepted));
        return meeting;
    }

    private Task<ScheduleSessionResult> ScheduleAsync(Meeting meeting) => Cluster.Match(meeting.Match).ScheduleSessionAsync(
        new(new(meeting.User2, false), "Cafe", Cluster.Clock.GetUtcNow().AddHours(1), null, null));

    private async Task<string> StatusAsync(Meeting meeting) =>
        (await Cluster.Product.ListAsync("select status from public.wingman_matches where id = $1", meeting.Match.Value)).Single();

    private Task<long> SessionsAsync(Meeting meeting) =>
        Cluster.Product.CountAsync("select count(*) from public.wingman_sessions where match_id = $1", meeting.Match.Value);
}
