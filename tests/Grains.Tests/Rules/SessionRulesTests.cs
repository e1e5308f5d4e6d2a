using Wingman.Events;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.State;
using static Wingman.Grains.Tests.Rules.RuleCase;

namespace Wingman.Grains.Tests.Rules;

/// <summary>Confirming and cancelling, one decision at a time.</summary>
public sealed class SessionRulesTests
{
    private static readonly SessionState BothFlags = Scheduled with { User1Confirmed = true, User2Confirmed = true };

    [Theory]
    [InlineData(SessionStatus.Scheduled, true)]
    [InlineData(SessionStatus.Scheduled, false)]
    [InlineData(SessionStatus.InProgress, true)]
    [InlineData(SessionStatus.InProgress, false)]
    public void Confirm_WhenFirst_SetsTheCallersFlagOnly(SessionStatus status, bool byUser1)
    {
        var session = Scheduled with { Status = status };
        var user = byUser1 ? User1 : User2;

        var decision = Confirm(session, user);

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, decision.Outcome);
        Assert.Equal(session with { User1Confirmed = byUser1, User2Confirmed = !byUser1, Event = new(EventKind.Confirmed, Now, user) }, decision.Next);
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled, true)]
    [InlineData(SessionStatus.Scheduled, false)]
    [InlineData(SessionStatus.InProgress, true)]
    public void Confirm_WhenSecond_Completes(SessionStatus status, bool user1IsFirst)
    {
        var half = Scheduled with { Status = status, User1Confirmed = user1IsFirst, User2Confirmed = !user1IsFirst };
        var second = user1IsFirst ? User2 : User1;

        var decision = Confirm(half, second);

        Assert.Equal(ConfirmOutcome.Completed, decision.Outcome);
        Assert.Equal(CompletedBy(second), decision.Next);
    }

    [Fact]
    public void Confirm_WhenRepeatedBySameUser_ChangesNothing() =>
        Assert.Equal(new(ConfirmOutcome.WaitingForBuddy), Confirm(Scheduled with { User2Confirmed = true }, User2));

    [Theory]
    [InlineData(SessionStatus.Completed, ConfirmOutcome.AlreadyCompleted)]
    [InlineData(SessionStatus.Cancelled, ConfirmOutcome.Cancelled)]
    [InlineData(SessionStatus.NoShow, ConfirmOutcome.NoShow)]
    public void Confirm_WhenOver_ChangesNothing(SessionStatus status, ConfirmOutcome expected) => Assert.All(
        Flags(Scheduled with { Status = status, ScheduledAt = Now.AddDays(1) }),
        over => Assert.Equal(new(expected), SessionRules.Confirm(over, User1, TimeSpan.Zero, Now)));

    [Theory]
    [InlineData(SessionStatus.Scheduled, true)]
    [InlineData(SessionStatus.Scheduled, false)]
    [InlineData(SessionStatus.InProgress, true)]
    [InlineData(SessionStatus.InProgress, false)]
    public void Confirm_WhenAnotherWriterSetBothFlags_CompletesForWhoeverCallsFirst(SessionStatus status, bool byUser1)
    {
        var user = byUser1 ? User1 : User2;

        Assert.Equal(new(ConfirmOutcome.Completed, CompletedBy(user)), Confirm(BothFlags with { Status = status }, user));
    }

    [Fact]
    public void Confirm_WhenReopenedByAnotherWriter_SetsANewTimeOfCompletion() => Assert.Equal(
        CompletedBy(User1), Confirm(Scheduled with { User2Confirmed = true, CompletedAt = Now.AddDays(-9) }, User1).Next);

    [Theory]
    [InlineData(0, -1, true)]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, false)]
    [InlineData(30, 29, true)]
    [InlineData(30, 30, false)]
    [InlineData(-30, -31, true)]
    [InlineData(-30, -30, false)]
    public void Confirm_WhenConfirmingBeginsWithTheSession_IsTooEarlyBefore(int confirmFromMinutes, int minutesAfterStart, bool isTooEarly)
    {
        var confirmFrom = TimeSpan.FromMinutes(confirmFromMinutes);
        var now = Scheduled.ScheduledAt!.Value.AddMinutes(minutesAfterStart);

        Assert.All(Flags(Scheduled), session =>
        {
            var decision = SessionRules.Confirm(session, User1, confirmFrom, now);

            Assert.Equal(isTooEarly, decision.Outcome == ConfirmOutcome.TooEarly);
            if (isTooEarly) Assert.Null(decision.Next);
        });
        Assert.Equal(Scheduled.ScheduledAt + confirmFrom, SessionRules.ConfirmableFrom(Scheduled, confirmFrom));
    }

    [Fact]
    public void Confirm_WhenTheSessionHasNoTime_IsNeverTooEarly()
    {
        var session = Scheduled with { ScheduledAt = null };

        Assert.Equal(ConfirmOutcome.WaitingForBuddy, SessionRules.Confirm(session, User1, TimeSpan.FromDays(30), Now).Outcome);
        Assert.Null(SessionRules.ConfirmableFrom(session, TimeSpan.Zero));
        Assert.Null(SessionRules.ConfirmableFrom(Scheduled, null));
    }

    /// <summary>Another program may have scheduled it for the last day of the calendar, or for infinity, which is read as that day's end.</summary>
    [Fact]
    public void Confirm_WhenTheSessionIsAtTheEndOfTheCalendar_IsTooEarly()
    {
        var session = Scheduled with { ScheduledAt = DateTimeOffset.MaxValue };
        var hour = TimeSpan.FromHours(1);

        Assert.Equal(new(ConfirmOutcome.TooEarly), SessionRules.Confirm(session, User1, hour, Now));
        Assert.Equal(new(ConfirmOutcome.TooEarly), SessionRules.ConfirmBuddy(session, User1, User2, hour, Now));
        Assert.Equal(DateTimeOffset.MaxValue, SessionRules.ConfirmableFrom(session, hour));
        Assert.Equal(DateTimeOffset.MaxValue - hour, SessionRules.ConfirmableFrom(session, -hour));
        Assert.Equal(DateTimeOffset.MinValue, SessionRules.ConfirmableFrom(Scheduled with { ScheduledAt = DateTimeOffset.MinValue }, -hour));
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled)]
    [InlineData(SessionStatus.InProgress)]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void EveryMethod_WhenCalledByAStranger_RefusesWithoutAWordOnTheState(SessionStatus status) =>
        Assert.All(Flags(Scheduled with { Status = status }), static session =>
        {
            Assert.Equal(new(ConfirmOutcome.NotParticipant), SessionRules.Confirm(session, Stranger, TimeSpan.FromDays(1), Now));
            Assert.Equal(new(CancelOutcome.NotParticipant), SessionRules.Cancel(session, Stranger, Now));
        });

    [Fact]
    public void EveryMethod_WhenThereIsNoRow_FindsNothing()
    {
        Assert.Equal(new(ConfirmOutcome.NotFound), SessionRules.Confirm(null, User1, null, Now));
        Assert.Equal(new(ConfirmOutcome.NotFound), SessionRules.Confirm(null, default, null, Now));
        Assert.Equal(new(CancelOutcome.NotFound), SessionRules.Cancel(null, User1, Now));
        Assert.Equal(new(ExpireOutcome.NotFound), SessionRules.Expire(null, new(TimeSpan.FromHours(24), default, [], DateTimeOffset.MaxValue), Now));
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled, false, false)]
    [InlineData(SessionStatus.Scheduled, true, false)]
    [InlineData(SessionStatus.InProgress, false, true)]
    public void Cancel_WhenNotOver_Cancels(SessionStatus status, bool user1Confirmed, bool user2Confirmed)
    {
        var session = Scheduled with { Status = status, User1Confirmed = user1Confirmed, User2Confirmed = user2Confirmed };

        Assert.Equal(
            new(CancelOutcome.Cancelled, session with { Status = SessionStatus.Cancelled, Event = new(EventKind.Cancelled, Now, User2) }),
            SessionRules.Cancel(session, User2, Now));
    }

    [Theory]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void Cancel_WhenOver_ChangesNothing(SessionStatus status) => Assert.All(
        Flags(Scheduled with { Status = status }),
        static over => Assert.Equal(new(CancelOutcome.AlreadyOver), SessionRules.Cancel(over, User1, Now)));

    [Fact]
    public void Cancel_WhenAnotherWriterSetBothFlags_FindsItOverAndCompletesItForNobody() =>
        Assert.Equal(new(CancelOutcome.AlreadyOver, CompletedBy(null)), SessionRules.Cancel(BothFlags, User1, Now));

    /// <summary>Every status with every pair of flags, by both ways of counting, with results written by hand.</summary>
    [Theory]
    [InlineData(SessionStatus.Scheduled, false, null, null)]
    [InlineData(SessionStatus.Scheduled, true, null, null)]
    [InlineData(SessionStatus.InProgress, false, null, null)]
    [InlineData(SessionStatus.InProgress, true, null, null)]
    [InlineData(SessionStatus.Completed, false, CreditOutcome.Completed, null)]
    [InlineData(SessionStatus.Completed, true, CreditOutcome.Completed, CreditOutcome.Completed)]
    [InlineData(SessionStatus.Cancelled, false, null, CreditOutcome.NoShow)]
    [InlineData(SessionStatus.Cancelled, true, null, CreditOutcome.NoShow)]
    [InlineData(SessionStatus.NoShow, false, CreditOutcome.NoShow, CreditOutcome.NoShow)]
    [InlineData(SessionStatus.NoShow, true, null, CreditOutcome.NoShow)]
    public void CreditOf_FollowsFromStatusAndOwnFlag(SessionStatus status, bool hasConfirmed, CreditOutcome? fair, CreditOutcome? legacy)
    {
        Assert.Equal(fair, SessionRules.CreditOf(status, hasConfirmed, CreditCounting.Fair));
        Assert.Equal(legacy, SessionRules.CreditOf(status, hasConfirmed, CreditCounting.Legacy));
    }

    [Fact]
    public void RefuseCompletion_RefusesACompletion_AndLeavesEveryOtherDecision()
    {
        var waiting = Confirm(Scheduled, User1);
        var completed = Confirm(Scheduled with { User2Confirmed = true }, User1);

        Assert.Equal(new(ConfirmOutcome.CompletionLimit), SessionRules.RefuseCompletion(completed));
        Assert.Equal(waiting, SessionRules.RefuseCompletion(waiting));
        Assert.Equal(new(ConfirmOutcome.AlreadyCompleted), SessionRules.RefuseCompletion(new(ConfirmOutcome.AlreadyCompleted)));
    }

    private static Decision<ConfirmOutcome, SessionState> Confirm(SessionState session, UserId user) => SessionRules.Confirm(session, user, null, Now);

    private static SessionState CompletedBy(UserId? actor) =>
        BothFlags with { Status = SessionStatus.Completed, CompletedAt = Now, Event = new(EventKind.Completed, Now, actor) };

    private static SessionState[] Flags(SessionState session) =>
    [
        session,
        session with { User1Confirmed = true },
        session with { User2Confirmed = true },
        session with { User1Confirmed = true, User2Confirmed = true },
    ];
}
