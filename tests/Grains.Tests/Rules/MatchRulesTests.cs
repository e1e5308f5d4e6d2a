using Wingman.Matches;
using Wingman.State;
using static Wingman.Grains.Tests.Rules.RuleCase;

namespace Wingman.Grains.Tests.Rules;

/// <summary>The rules of a match, one decision at a time.</summary>
public sealed class MatchRulesTests
{
    private static readonly SessionId NewId = new(Guid.NewGuid());
    private static readonly MatchState Accepted = new() { User1 = User1, User2 = User2, Status = MatchStatus.Accepted };

    /// <summary>Present statuses, planned ones, and texts that people type.</summary>
    public static TheoryData<string> OtherStatuses { get; } = [MatchStatus.Pending, MatchStatus.Declined, "expired", "ACCEPTED", "accepted ", "déclinée", ""];

    [Theory]
    [MemberData(nameof(OtherStatuses))]
    [InlineData(MatchStatus.Accepted)]
    public void Register_WhenNew_Creates(string status)
    {
        var decision = MatchRules.Register(null, new(User1, User2, status));

        Assert.Equal(RegisterMatchOutcome.Created, decision.Outcome);
        AssertEqual(Accepted with { Status = status }, decision.Next);
    }

    [Fact]
    public void Register_WhenRepeated_ChangesNothing() =>
        Assert.Equal(new(RegisterMatchOutcome.Updated), MatchRules.Register(Accepted, new(User1, User2, MatchStatus.Accepted)));

    [Theory]
    [MemberData(nameof(OtherStatuses))]
    public void Register_WhenTheStatusDiffers_SetsItAndSchedulesNothing(string status)
    {
        var decision = MatchRules.Register(Accepted with { NewSession = new() { VenueName = "Cafe" } }, new(User1, User2, status));

        Assert.Equal(RegisterMatchOutcome.Updated, decision.Outcome);
        AssertEqual(Accepted with { Status = status }, decision.Next);
    }

    [Fact]
    public void Register_WhenTheUsersDiffer_ChangesNothing()
    {
        Assert.Equal(new(RegisterMatchOutcome.UsersDiffer), MatchRules.Register(Accepted, new(User1, new(Guid.NewGuid()), MatchStatus.Declined)));
        Assert.Equal(new(RegisterMatchOutcome.UsersDiffer), MatchRules.Register(Accepted, new(new(Guid.NewGuid()), User2, MatchStatus.Declined)));
        Assert.Equal(new(RegisterMatchOutcome.UsersDiffer), MatchRules.Register(Accepted, new(User2, User1, MatchStatus.Accepted)));
    }

    [Theory]
    [InlineData("user 1")]
    [InlineData("user 2")]
    [InlineData("the service")]
    public void Schedule_WhenAllIsWell_InsertsWhatWasAskedFor(string name)
    {
        Caller caller = name switch { "user 1" => new(User1, false), "user 2" => new(User2, false), _ => new(null, true) };

        var decision = Schedule(Accepted, caller);

        Assert.Equal(ScheduleOutcome.Scheduled, decision.Outcome);
        AssertEqual(
            Accepted with
            {
                NewSession = new() { Id = NewId, VenueName = "Cafe", ScheduledAt = Now.AddHours(1), CreatedAt = Now, ScheduledBy = caller.User },
            },
            decision.Next);
    }

    [Fact]
    public void Schedule_WhenThereIsNoRow_FindsNothing()
    {
        Assert.Equal(new(ScheduleOutcome.MatchNotFound), Schedule(null, new(User1, false)));
        Assert.Equal(new(ScheduleOutcome.MatchNotFound), Schedule(null, new(null, true)));
    }

    [Theory]
    [InlineData(MatchStatus.Accepted, true)]
    [InlineData(MatchStatus.Accepted, false)]
    [InlineData("expired", true)]
    [InlineData("expired", false)]
    public void Schedule_WhenCalledByAStranger_IsRefusedWhateverTheState(string status, bool isUser)
    {
        var stranger = new Caller(isUser ? Stranger : null, false);

        Assert.Equal(new(ScheduleOutcome.NotParticipant), Schedule(Accepted with { Status = status }, stranger));
    }

    [Theory]
    [MemberData(nameof(OtherStatuses))]
    public void Schedule_WhenNotAccepted_IsRefused(string status) =>
        Assert.Equal(new(ScheduleOutcome.MatchNotAccepted), Schedule(Accepted with { Status = status }, new(User1, false)));

    [Fact]
    public void Schedule_WhenNotInTheFuture_IsRefused()
    {
        Assert.Equal(new(ScheduleOutcome.TimeNotInFuture), Schedule(Accepted, new(User1, false), TimeSpan.Zero));
        Assert.Equal(new(ScheduleOutcome.TimeNotInFuture), Schedule(Accepted, new(User1, false), TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Schedule_WhenAnEarlierAttemptScheduledIt_IsScheduledAndNotInsertedAgain() =>
        Assert.Equal(new(ScheduleOutcome.Scheduled), Schedule(Accepted with { ActiveSessions = [NewId.Value] }, new(User1, false), TimeSpan.Zero));

    [Fact]
    public void Schedule_WhenASessionIsActive_IsRefused() =>
        Assert.Equal(new(ScheduleOutcome.AlreadyActive), Schedule(Accepted with { ActiveSessions = [Guid.NewGuid()] }, new(User1, false)));

    [Fact]
    public void Schedule_WithoutChallengesWhereTheyAreRequired_IsRefusedBeforeAnythingElse() =>
        Assert.Equal(new(ScheduleOutcome.ChallengesMissing), Schedule(null, new(new(Guid.NewGuid()), false), challenges: ChallengeCheck.Missing));

    [Fact]
    public void Schedule_WithInvalidChallenges_IsRefusedBeforeTheActiveSessionAndTheTime() => Assert.Equal(
        new(ScheduleOutcome.ChallengesInvalid),
        Schedule(Accepted with { ActiveSessions = [Guid.NewGuid()] }, new(User1, false), TimeSpan.Zero, ChallengeCheck.Invalid));

    [Fact]
    public void Schedule_OfAnUnknownMatchWithInvalidChallenges_SaysThatThereIsNoMatch() =>
        Assert.Equal(new(ScheduleOutcome.MatchNotFound), Schedule(null, new(User1, false), challenges: ChallengeCheck.Invalid));

    [Fact]
    public void Schedule_KeepsEachUsersChallenge_AndCutsTheTimeToWhatTheDatabaseStores()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var request = new ScheduleSession(new(User1, false), "Cafe", Now.AddHours(1).AddTicks(7), first, second);

        var next = MatchRules.Schedule(Accepted, request, ChallengeCheck.Valid, NewId, Now).Next!;

        Assert.Equal(
            new NewSession
            {
                Id = NewId,
                VenueName = "Cafe",
                ScheduledAt = Now.AddHours(1),
                User1ChallengeId = first,
                User2ChallengeId = second,
                CreatedAt = Now,
                ScheduledBy = User1,
            },
            next.NewSession);
    }

    /// <summary>A token of the service role may name a user, who need not be of this match.</summary>
    [Fact]
    public void Schedule_ByTheServiceWithAUser_IsScheduledByNoParticipant() =>
        Assert.Null(Schedule(Accepted, new(Stranger, true)).Next!.NewSession!.ScheduledBy);

    private static Decision<ScheduleOutcome, MatchState> Schedule(
        MatchState? match, Caller caller, TimeSpan? startsIn = null, ChallengeCheck challenges = ChallengeCheck.Valid) =>
        MatchRules.Schedule(match, new(caller, "Cafe", Now + (startsIn ?? TimeSpan.FromHours(1)), null, null), challenges, NewId, Now);

    // The records' own equality compares the lists by reference.
    private static void AssertEqual(MatchState expected, MatchState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.ActiveSessions, actual.ActiveSessions);
        Assert.Equal(expected with { ActiveSessions = actual.ActiveSessions }, actual);
    }
}
