using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Rules;

/// <summary>The rules of a session, one decision at a time.</summary>
public sealed class SessionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Grace = TimeSpan.FromHours(24);
    private static readonly UserId User1 = new(Guid.NewGuid());
    private static readonly UserId User2 = new(Guid.NewGuid());
    private static readonly UserId Stranger = new(Guid.NewGuid());
    private static readonly SessionState Unknown = new();

    private static readonly SessionState Scheduled = new()
    {
        Match = new(Guid.NewGuid()),
        User1 = User1,
        User2 = User2,
        Status = SessionStatus.Scheduled,
        ScheduledAt = Now.AddHours(-1),
    };

    private static readonly SessionState BothFlags = Scheduled with { User1Confirmed = true, User2Confirmed = true };

    [Fact]
    public void ConfirmCompletion_WhenFirst_WaitsForBuddy()
    {
        var decision = SessionRules.Confirm(Scheduled, User1, Now);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, decision.Outcome);
        Assert.Equal(Scheduled with { User1Confirmed = true }, decision.Next);
    }

    [Fact]
    public void ConfirmCompletion_WhenFirstByTheSecondUser_SetsTheirFlagOnly()
    {
        var decision = SessionRules.Confirm(Scheduled, User2, Now);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, decision.Outcome);
        Assert.Equal(Scheduled with { User2Confirmed = true }, decision.Next);
    }

    [Fact]
    public void ConfirmCompletion_WhenInProgress_KeepsTheStatusUntilBothConfirmed()
    {
        var decision = SessionRules.Confirm(Scheduled with { Status = SessionStatus.InProgress }, User1, Now);

        Assert.Equal(SessionStatus.InProgress, decision.Next!.Status);
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled, true)]
    [InlineData(SessionStatus.Scheduled, false)]
    [InlineData(SessionStatus.InProgress, true)]
    public void ConfirmCompletion_WhenSecond_Completes(SessionStatus status, bool user1IsFirst)
    {
        var half = Scheduled with { Status = status, User1Confirmed = user1IsFirst, User2Confirmed = !user1IsFirst };

        var decision = SessionRules.Confirm(half, user1IsFirst ? User2 : User1, Now);

        Assert.Equal(ConfirmOutcome.Completed, decision.Outcome);
        Assert.Equal(BothFlags with { Status = SessionStatus.Completed, CompletedAt = Now }, decision.Next);
    }

    [Fact]
    public void ConfirmCompletion_WhenRepeatedBySameUser_ChangesNothing()
    {
        var decision = SessionRules.Confirm(Scheduled with { User2Confirmed = true }, User2, Now);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, decision.Outcome);
        Assert.Null(decision.Next);
    }

    [Theory]
    [InlineData(SessionStatus.Completed, ConfirmOutcome.AlreadyCompleted)]
    [InlineData(SessionStatus.Cancelled, ConfirmOutcome.Cancelled)]
    [InlineData(SessionStatus.NoShow, ConfirmOutcome.NoShow)]
    public void ConfirmCompletion_WhenOver_ChangesNothing(SessionStatus status, ConfirmOutcome expected)
    {
        foreach (var over in Flags(Scheduled with { Status = status }))
        {
            var decision = SessionRules.Confirm(over, User1, Now);

            Assert.Equal(expected, decision.Outcome);
            Assert.Null(decision.Next);
        }
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled)]
    [InlineData(SessionStatus.InProgress)]
    public void ConfirmCompletion_WhenAdoptedWithBothFlags_CompletesForWhoeverAsksFirst(SessionStatus status)
    {
        foreach (var user in new[] { User1, User2 })
        {
            var decision = SessionRules.Confirm(BothFlags with { Status = status }, user, Now);

            Assert.Equal(ConfirmOutcome.Completed, decision.Outcome);
            Assert.Equal(BothFlags with { Status = SessionStatus.Completed, CompletedAt = Now }, decision.Next);
        }
    }

    [Fact]
    public void EveryMethod_WhenCalledByAStranger_RefusesWithoutAWordOnTheState()
    {
        foreach (var status in Enum.GetValues<SessionStatus>())
        {
            foreach (var session in Flags(Scheduled with { Status = status }))
            {
                Assert.Equal(new(ConfirmOutcome.NotParticipant), SessionRules.Confirm(session, Stranger, Now));
                Assert.Equal(new(CancelOutcome.NotParticipant), SessionRules.Cancel(session, Stranger, Now));
            }
        }
    }

    [Fact]
    public void EveryMethod_WhenUnknown_FindsNothing()
    {
        Assert.Equal(new(ConfirmOutcome.NotFound), SessionRules.Confirm(Unknown, User1, Now));
        Assert.Equal(new(CancelOutcome.NotFound), SessionRules.Cancel(Unknown, User1, Now));
        Assert.Equal(new(ExpireOutcome.NotFound), SessionRules.Expire(Unknown, Grace, Now));
        Assert.Equal(new(ConfirmOutcome.NotFound), SessionRules.Confirm(Unknown, default, Now));
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled, false, false)]
    [InlineData(SessionStatus.Scheduled, true, false)]
    [InlineData(SessionStatus.InProgress, false, true)]
    public void Cancel_WhenNotOver_Cancels(SessionStatus status, bool user1Confirmed, bool user2Confirmed)
    {
        var session = Scheduled with { Status = status, User1Confirmed = user1Confirmed, User2Confirmed = user2Confirmed };

        var decision = SessionRules.Cancel(session, User2, Now);

        Assert.Equal(CancelOutcome.Cancelled, decision.Outcome);
        Assert.Equal(session with { Status = SessionStatus.Cancelled }, decision.Next);
    }

    [Theory]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void Cancel_WhenOver_ChangesNothing(SessionStatus status)
    {
        foreach (var over in Flags(Scheduled with { Status = status }))
            Assert.Equal(new(CancelOutcome.AlreadyOver), SessionRules.Cancel(over, User1, Now));
    }

    [Fact]
    public void Cancel_WhenAdoptedWithBothFlags_FindsItOverAndCompletesIt()
    {
        var decision = SessionRules.Cancel(BothFlags, User1, Now);

        Assert.Equal(CancelOutcome.AlreadyOver, decision.Outcome);
        Assert.Equal(BothFlags with { Status = SessionStatus.Completed, CompletedAt = Now }, decision.Next);
    }

    [Fact]
    public void Expire_WhenTheGracePeriodHasPassed_EndsAsNoShow()
    {
        foreach (var session in Flags(Scheduled).Where(session => session is not { User1Confirmed: true, User2Confirmed: true }))
        {
            var due = session.ScheduledAt + Grace;

            Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(session, Grace, due.AddTicks(-1)));
            Assert.Equal(new(ExpireOutcome.NoShow, session with { Status = SessionStatus.NoShow }), SessionRules.Expire(session, Grace, due));
        }
    }

    [Fact]
    public void Expire_WhenAdoptedWithBothFlags_CompletesInstead()
    {
        var due = BothFlags.ScheduledAt + Grace;

        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(BothFlags, Grace, due.AddTicks(-1)));
        Assert.Equal(
            new(ExpireOutcome.Completed, BothFlags with { Status = SessionStatus.Completed, CompletedAt = due }), SessionRules.Expire(BothFlags, Grace, due));
    }

    [Theory]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void Expire_WhenOver_ChangesNothing(SessionStatus status)
    {
        foreach (var over in Flags(Scheduled with { Status = status }))
            Assert.Equal(new(ExpireOutcome.AlreadyOver), SessionRules.Expire(over, Grace, Now.AddDays(30)));
    }

    [Fact]
    public void Expire_WhenScheduledForTheEndOfTime_IsNeverDue() =>
        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(Scheduled with { ScheduledAt = DateTimeOffset.MaxValue }, Grace, Now));

    [Theory]
    [InlineData(SessionStatus.Scheduled, true, true, null, null)]
    [InlineData(SessionStatus.InProgress, true, false, null, null)]
    [InlineData(SessionStatus.Cancelled, true, false, null, null)]
    [InlineData(SessionStatus.Completed, true, true, CreditOutcome.Completed, CreditOutcome.Completed)]
    [InlineData(SessionStatus.NoShow, false, false, CreditOutcome.NoShow, CreditOutcome.NoShow)]
    [InlineData(SessionStatus.NoShow, true, false, null, CreditOutcome.NoShow)]
    [InlineData(SessionStatus.NoShow, false, true, CreditOutcome.NoShow, null)]
    public void Credit_FollowsFromStatusAndFlags(
        SessionStatus status, bool user1Confirmed, bool user2Confirmed, CreditOutcome? user1, CreditOutcome? user2)
    {
        var session = Scheduled with { Status = status, User1Confirmed = user1Confirmed, User2Confirmed = user2Confirmed };

        Assert.Equal((user1, user2), (SessionRules.CreditOf(session, User1), SessionRules.CreditOf(session, User2)));
    }

    private static SessionState[] Flags(SessionState session) =>
    [
        session,
        session with { User1Confirmed = true },
        session with { User2Confirmed = true },
        session with { User1Confirmed = true, User2Confirmed = true },
    ];
}
