using Wingman.Matches;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Rules;

/// <summary>The rules of a match, one decision at a time.</summary>
public sealed class MatchRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly UserId User1 = new(Guid.NewGuid());
    private static readonly UserId User2 = new(Guid.NewGuid());
    private static readonly MatchState Unknown = new();
    private static readonly MatchState Accepted = new() { User1 = User1, User2 = User2, Status = MatchStatus.Accepted };

    [Theory]
    [InlineData(MatchStatus.Pending)]
    [InlineData(MatchStatus.Accepted)]
    [InlineData(MatchStatus.Declined)]
    public void Register_WhenNew_Creates(MatchStatus status) =>
        Assert.Equal(
            (RegisterMatchOutcome.Created, new MatchState { User1 = User1, User2 = User2, Status = status }),
            MatchRules.Register(Unknown, new(User1, User2, status)));

    [Fact]
    public void Register_WhenRepeated_ChangesNothing() =>
        Assert.Equal((RegisterMatchOutcome.Updated, null), MatchRules.Register(Accepted, new(User1, User2, MatchStatus.Accepted)));

    [Fact]
    public void Register_WhenTheStatusDiffers_SetsIt() =>
        Assert.Equal(
            (RegisterMatchOutcome.Updated, Accepted with { Status = MatchStatus.Declined }),
            MatchRules.Register(Accepted, new(User1, User2, MatchStatus.Declined)));

    [Fact]
    public void Register_WhenTheUsersDiffer_ChangesNothing()
    {
        Assert.Equal((RegisterMatchOutcome.UsersDiffer, null), MatchRules.Register(Accepted, new(User1, new(Guid.NewGuid()), MatchStatus.Declined)));
        Assert.Equal((RegisterMatchOutcome.UsersDiffer, null), MatchRules.Register(Accepted, new(User2, User1, MatchStatus.Accepted)));
    }

    [Fact]
    public void Register_AfterASessionWasScheduled_DoesNotScheduleItAgain()
    {
        var scheduled = Accepted with { LastScheduled = new ScheduledSession { Id = new(Guid.NewGuid()), VenueName = "Cafe" } };

        var (_, next) = MatchRules.Register(scheduled, new(User1, User2, MatchStatus.Declined));

        Assert.Equal(Accepted with { Status = MatchStatus.Declined }, next);
    }

    [Fact]
    public void Schedule_WhenAllIsWell_IsNotRefused()
    {
        Assert.Null(MatchRules.Refusal(Accepted, Request(new(User1, false)), Now));
        Assert.Null(MatchRules.Refusal(Accepted, Request(new(User2, false)), Now));
        Assert.Null(MatchRules.Refusal(Accepted, Request(new(null, true)), Now));
    }

    [Fact]
    public void Schedule_WhenUnknown_FindsNothing()
    {
        Assert.Equal(ScheduleOutcome.MatchNotFound, MatchRules.Refusal(Unknown, Request(new(User1, false)), Now));
        Assert.Equal(ScheduleOutcome.MatchNotFound, MatchRules.Refusal(Unknown, Request(new(null, true)), Now));
    }

    [Fact]
    public void Schedule_WhenCalledByAStranger_IsRefused()
    {
        Assert.Equal(ScheduleOutcome.NotParticipant, MatchRules.Refusal(Accepted, Request(new(new(Guid.NewGuid()), false)), Now));
        Assert.Equal(ScheduleOutcome.NotParticipant, MatchRules.Refusal(Accepted, Request(new(null, false)), Now));
    }

    [Theory]
    [InlineData(MatchStatus.Pending)]
    [InlineData(MatchStatus.Declined)]
    public void Schedule_WhenNotAccepted_IsRefused(MatchStatus status) =>
        Assert.Equal(ScheduleOutcome.MatchNotAccepted, MatchRules.Refusal(Accepted with { Status = status }, Request(new(User1, false)), Now));

    [Fact]
    public void Schedule_WhenNotInTheFuture_IsRefused()
    {
        Assert.Equal(ScheduleOutcome.TimeNotInFuture, MatchRules.Refusal(Accepted, Request(new(User1, false), TimeSpan.Zero), Now));
        Assert.Equal(ScheduleOutcome.TimeNotInFuture, MatchRules.Refusal(Accepted, Request(new(User1, false), TimeSpan.FromTicks(-1)), Now));
    }

    private static ScheduleSession Request(Caller caller, TimeSpan? startsIn = null) =>
        new(caller, "Cafe", Now + (startsIn ?? TimeSpan.FromHours(1)), null, null);
}
