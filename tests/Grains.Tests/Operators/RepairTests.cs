using Microsoft.Extensions.Configuration;
using Wingman.Grains.Tests.Cluster;
using Wingman.Grains.Tests.Faults;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Operations.Support;
using Wingman.State;
using Wingman.Testing.Invariants;
using static Wingman.Grains.Tests.Faults.FaultPoint;

namespace Wingman.Grains.Tests.Operators;

/// <summary>Repairs through the session's grain, on the product's own tables: the row, the counters, the log and both reputations.</summary>
[Collection(FaultCollection.Name)]
public sealed class RepairTests(FaultFixture fixture)
{
    private static readonly OperatorAct Act = new("olga", "ticket 17");

    private WingmanCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData(RepairKind.Complete, "completed True True", "completed", 1, "1 0 1 0")]
    [InlineData(RepairKind.Cancel, "cancelled True False", "cancelled", 0, "0 0 0 0")]
    [InlineData(RepairKind.Reopen, "scheduled True False", "reopened", 0, "0 0 0 0")]
    [InlineData(RepairKind.Excuse, "no_show True True", null, 0, "0 0 0 1")]
    public async Task Repair_OfANoShow_IsDoneOnceAndCounts(RepairKind kind, string row, string? logged, int counters, string credits)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromHours(-25));
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Session(meeting).ExpireAsync(new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue));
        Assert.Equal((0, 1), await Cluster.CountsAsync(meeting.User2));
        var order = new SessionRepair(kind, Act, meeting.User2);

        var first = await Cluster.Session(meeting).RepairAsync(order);
        await Cluster.DeactivateAsync(Cluster.Session(meeting));
        var second = await Cluster.Session(meeting).RepairAsync(order);

        // The other user has confirmed: excusing this one too would leave a no-show that both have confirmed.
        var isRefused = logged is null;
        Assert.Equal(isRefused ? RepairOutcome.BothConfirmed : RepairOutcome.Done, first.Outcome);
        Assert.Equal(isRefused ? RepairOutcome.BothConfirmed : kind == RepairKind.Reopen ? RepairOutcome.IsOpen : RepairOutcome.AlreadyDone, second.Outcome);
        Assert.Equal(isRefused ? "no_show True False" : row, await RowAsync(meeting));
        string[] expected = isRefused ? ["confirmed", "no_show"] : ["confirmed", "no_show", logged!];
        Assert.Equal(expected, await Cluster.Tables.TransitionsAsync(meeting.Session));
        Assert.Equal(isRefused ? [] : [$"{logged} olga: ticket 17"], await ActsAsync(meeting));
        Assert.Equal(new("accepted", counters, counters), await Cluster.Tables.MatchAsync(meeting.Match));
        var (completed1, missed1, completed2, missed2) = await Cluster.LaterCountsAsync(meeting);
        Assert.Equal(credits, $"{completed1} {missed1} {completed2} {missed2}");
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Excuse_WhenNeitherHasConfirmed_TakesOneNoShowBackAndLeavesTheOther()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show");

        var first = await Cluster.Session(meeting).RepairAsync(new(RepairKind.Excuse, Act, meeting.User1));
        var second = await Cluster.Session(meeting).RepairAsync(new(RepairKind.Excuse, Act, meeting.User1));

        Assert.Equal((RepairOutcome.Done, RepairOutcome.AlreadyDone), (first.Outcome, second.Outcome));
        Assert.Equal("no_show True False", await RowAsync(meeting));
        Assert.Equal(["excused olga: ticket 17"], await ActsAsync(meeting));
        Assert.Equal((0, 0, 0, 1), await Cluster.LaterCountsAsync(meeting));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    /// <summary>Legacy counting does not ask who has confirmed: what an excuse changes must not be promised under it.</summary>
    [Fact]
    public async Task Excuse_SaysThatLegacyCountingStillCountsTheSessionAgainstBoth()
    {
        const string Caveat = "under Legacy counting";
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show");
        var service = new RepairService(Cluster.Grains);
        var order = new SessionRepair(RepairKind.Excuse, Act, meeting.User1);

        var first = await service.RepairAsync(meeting.Session, order);
        var second = await service.RepairAsync(meeting.Session, order);

        Assert.Equal((RepairEnd.Done, RepairEnd.Nothing), (first.Outcome, second.Outcome));
        Assert.Contains(Caveat, first.Text, StringComparison.Ordinal);
        Assert.Contains(Caveat, second.Text, StringComparison.Ordinal);
        Assert.Equal($"{meeting.User2} only / the other only", await CountsAgainstAsync(meeting, CreditCounting.Fair));
        const string Both = "both, since Legacy counting does not ask who has confirmed";
        Assert.Equal($"{Both} / {Both}", await CountsAgainstAsync(meeting, CreditCounting.Legacy));
    }

    [Fact]
    public async Task Complete_OfAnOpenSession_CountsOnceAlsoWhenBothConfirmAfterwards()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();

        Assert.Equal(new(RepairOutcome.Done, SessionStatus.Completed), await Cluster.Session(meeting).RepairAsync(new(RepairKind.Complete, Act)));

        Assert.Equal(ConfirmOutcome.AlreadyCompleted, (await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1)).Outcome);
        Assert.Equal(new("accepted", 1, 1), await Cluster.Tables.MatchAsync(meeting.Match));
        Assert.Equal((1, 0, 1, 0), await Cluster.LaterCountsAsync(meeting));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Reopen_GivesAWholeGracePeriodAndThenExpiresAgain()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show", startsIn: TimeSpan.FromDays(-3));
        var session = Cluster.Session(meeting);
        NoShowTerms terms = new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

        Assert.Equal(new(RepairOutcome.Done, SessionStatus.Scheduled), await session.RepairAsync(new(RepairKind.Reopen, Act)));

        Assert.Equal(ExpireOutcome.NotDue, await session.ExpireAsync(terms));
        Cluster.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(ExpireOutcome.NotDue, await session.ExpireAsync(terms));
        Cluster.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ExpireOutcome.NoShow, await session.ExpireAsync(terms));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    [Fact]
    public async Task Reopen_WhenTheMatchHasAnOpenSession_IsRefused()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show");
        await Cluster.Tables.AddSessionAsync(meeting with { Session = new(Guid.NewGuid()) });

        Assert.Equal(new(RepairOutcome.OtherSessionOpen, SessionStatus.NoShow), await Cluster.Session(meeting).RepairAsync(new(RepairKind.Reopen, Act)));

        Assert.Equal("no_show False False", await RowAsync(meeting));
        Assert.Empty(await ActsAsync(meeting));
    }

    /// <summary>As where another program changes the row before each attempt.</summary>
    [Fact]
    public async Task Reopen_WhenNoAttemptIsDone_GivesUp()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show", startsIn: TimeSpan.FromDays(-3));
        await Cluster.Tables.SetAsync(meeting.Session, "venue_name = 'unchangeable'");
        await Cluster.Tables.ExecuteAsync(
            """
            create function leave_unchanged() returns trigger language plpgsql as $$ begin return null; end $$;
            create trigger unchangeable before update on public.wingman_sessions for each row
              when (old.venue_name = 'unchangeable') execute function leave_unchanged()
            """);

        var thrown = await Assert.ThrowsAsync<StorageException>(() => Cluster.Session(meeting).RepairAsync(new(RepairKind.Reopen, Act)));

        Assert.Equal(StorageFailure.Conflict, thrown.Failure);
        Assert.Equal("no_show False False", await RowAsync(meeting));
        Assert.Empty(await ActsAsync(meeting));
    }

    /// <summary>If the operator were answered that they did it, nothing in the log would say so.</summary>
    [Fact]
    public async Task Cancel_WhenItsOutcomeIsUnknownAndSomeoneElseHasCancelled_IsTheirs()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        fixture.Plan.Arm(Before(Write("session")), meeting.Session.Value, async () =>
        {
            await Cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled'");
            throw new UnknownOutcomeException("The connection broke.");
        });

        Assert.Equal(new(RepairOutcome.AlreadyDone, SessionStatus.Cancelled), await Cluster.Session(meeting).RepairAsync(new(RepairKind.Cancel, Act)));

        Assert.Empty(await ActsAsync(meeting));
    }

    [Fact]
    public async Task Reopen_WhenTheRowCannotBeReadAfterwards_DoesNotSayThatNothingWasDone()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(status: "no_show", startsIn: TimeSpan.FromDays(-3));
        var key = meeting.Session.Value;
        // The first read comes before the reopening, the second after it.
        fixture.Plan.Arm(After(Read("session")), key, () =>
        {
            fixture.Plan.Arm(Before(Read("session")), key, static () => throw new StorageException(StorageFailure.Overloaded, "The queue is full."));
            return Task.CompletedTask;
        });

        var thrown = await Assert.ThrowsAsync<StorageException>(() => Cluster.Session(meeting).RepairAsync(new(RepairKind.Reopen, Act)));

        Assert.Equal(StorageFailure.Unavailable, thrown.Failure);
        Assert.Equal("scheduled False False", await RowAsync(meeting));
    }

    [Theory]
    [InlineData(RepairKind.Complete, "status = 'cancelled'", RepairOutcome.IsCancelled)]
    [InlineData(RepairKind.Cancel, "status = 'completed', completed_at = now()", RepairOutcome.IsCompleted)]
    [InlineData(RepairKind.Cancel, $"{Tables.SetUser1}, {Tables.SetUser2}", RepairOutcome.BothConfirmed)]
    public async Task Repair_WhenSomeoneElseWroteAfterTheGrainHasReadTheRow_IsDecidedOnWhatTheyWrote(RepairKind kind, string change, RepairOutcome outcome)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        await Cluster.Tables.SetAsync(meeting.Session, change);
        var before = await RowAsync(meeting);

        Assert.Equal(outcome, (await Cluster.Session(meeting).RepairAsync(new(kind, Act))).Outcome);

        Assert.Equal(before, await RowAsync(meeting));
        Assert.Empty(await ActsAsync(meeting));
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    /// <summary>Users' confirmations and cancellations at the same time as repairs: each session ends once, as all answers say.</summary>
    [Fact]
    public async Task Repair_WhenUsersActAtTheSameMoment_OneOfThemDecides()
    {
        var meetings = await Cluster.Tables.AddMeetingsAsync(60);

        var outcomes = await Task.WhenAll(meetings.Select(async (meeting, index) =>
        {
            var session = Cluster.Session(meeting);
            var repair = session.RepairAsync(new(index % 2 == 0 ? RepairKind.Complete : RepairKind.Cancel, Act));
            var foreign = index % 3 == 0 ? Cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled'") : Task.CompletedTask;
            var first = session.ConfirmCompletionAsync(meeting.User1);
            var second = session.ConfirmCompletionAsync(meeting.User2);
            await Task.WhenAll(repair, foreign, first, second);
            return (meeting, repair: (await repair).Outcome);
        }));

        foreach (var (meeting, repair) in outcomes)
        {
            Assert.Equal(repair == RepairOutcome.Done ? 1 : 0, (await ActsAsync(meeting)).Length);
            Assert.True((await Cluster.Tables.SessionAsync(meeting.Session)).Status is "completed" or "cancelled");
        }

        Assert.Contains(outcomes, static outcome => outcome.repair == RepairOutcome.Done);
        await Invariant.AssertAllAsync(Cluster.Database.OtherWriter);
    }

    /// <summary>Against whom a no-show counts, as the explanations of the session and of its first user say it.</summary>
    private async Task<string> CountsAgainstAsync(Meeting meeting, CreditCounting counting)
    {
        const string Code = "expired_with_confirmation";
        const string Phrase = "it counts against ";
        Dictionary<string, string?> settings = new() { [$"{ReputationOptions.Section}:{nameof(ReputationOptions.Counting)}"] = $"{counting}" };
        var explainer = new Explainer(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), Cluster.Clock);
        await using var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        var session = (await explainer.ExplainSessionAsync(connection, meeting.Session.Value)).Oddities.Single(static oddity => oddity.Code == Code).Text;
        var user = (await explainer.ExplainUserAsync(connection, meeting.User1.Value)).Oddities.Single(static oddity => oddity.Code == Code).Text;
        return $"{session.Split(Phrase)[1].TrimEnd('.')} / {user.Split(Phrase)[1]}";
    }

    private async Task<string> RowAsync(Meeting meeting)
    {
        var row = await Cluster.Tables.SessionAsync(meeting.Session);
        return $"{row.Status} {row.User1} {row.User2}";
    }

    private Task<string[]> ActsAsync(Meeting meeting) => Cluster.Tables.ListAsync(
        "select kind || ' ' || operator || ': ' || detail from wingman.events where session_id = $1 and operator is not null order by tx, id", meeting.Session.Value);
}
