using Wingman.Events;
using Wingman.Grains.Tests.Rules;
using Wingman.Operators;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Operators;

public sealed class OperatorRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly OperatorAct Act = new("olga", "ticket 17");

    private static readonly SessionState Open = RuleCase.Scheduled with { ScheduledAt = Now.AddDays(-3) };

    /// <summary>Every repair of every state: the outcome, or what the row becomes.</summary>
    [Theory]
    [InlineData(RepairKind.Complete, SessionStatus.Scheduled, false, false, "Completed True True")]
    [InlineData(RepairKind.Complete, SessionStatus.InProgress, true, false, "Completed True True")]
    [InlineData(RepairKind.Complete, SessionStatus.Scheduled, true, true, "Completed True True")]
    [InlineData(RepairKind.Complete, SessionStatus.NoShow, false, true, "Completed True True")]
    [InlineData(RepairKind.Complete, SessionStatus.Completed, true, true, "AlreadyDone")]
    [InlineData(RepairKind.Complete, SessionStatus.Cancelled, true, false, "IsCancelled")]
    [InlineData(RepairKind.Cancel, SessionStatus.Scheduled, true, false, "Cancelled True False")]
    [InlineData(RepairKind.Cancel, SessionStatus.NoShow, false, true, "Cancelled False True")]
    [InlineData(RepairKind.Cancel, SessionStatus.Scheduled, true, true, "BothConfirmed")]
    [InlineData(RepairKind.Cancel, SessionStatus.NoShow, true, true, "BothConfirmed")]
    [InlineData(RepairKind.Cancel, SessionStatus.Cancelled, true, true, "AlreadyDone")]
    [InlineData(RepairKind.Cancel, SessionStatus.Completed, true, true, "IsCompleted")]
    [InlineData(RepairKind.Reopen, SessionStatus.NoShow, true, false, "Scheduled True False")]
    [InlineData(RepairKind.Reopen, SessionStatus.NoShow, true, true, "BothConfirmed")]
    [InlineData(RepairKind.Reopen, SessionStatus.Scheduled, false, false, "IsOpen")]
    [InlineData(RepairKind.Reopen, SessionStatus.InProgress, false, false, "IsOpen")]
    [InlineData(RepairKind.Reopen, SessionStatus.Cancelled, false, false, "IsCancelled")]
    [InlineData(RepairKind.Reopen, SessionStatus.Completed, true, true, "IsCompleted")]
    [InlineData(RepairKind.Excuse, SessionStatus.NoShow, false, false, "NoShow True False")]
    [InlineData(RepairKind.Excuse, SessionStatus.NoShow, true, false, "AlreadyDone")]
    [InlineData(RepairKind.Excuse, SessionStatus.NoShow, false, true, "BothConfirmed")]
    [InlineData(RepairKind.Excuse, SessionStatus.Scheduled, false, false, "IsOpen")]
    [InlineData(RepairKind.Excuse, SessionStatus.InProgress, false, false, "IsOpen")]
    [InlineData(RepairKind.Excuse, SessionStatus.Cancelled, false, false, "IsCancelled")]
    [InlineData(RepairKind.Excuse, SessionStatus.Completed, true, true, "IsCompleted")]
    public void Repair_OfEveryState_DoesThisOrIsRefused(RepairKind kind, SessionStatus status, bool user1, bool user2, string expected)
    {
        var session = Open with { Status = status, User1Confirmed = user1, User2Confirmed = user2 };

        var decision = OperatorRules.Repair(session, new(kind, Act, Open.User1), Now);

        Assert.Equal(expected, decision.Next is { } next ? $"{next.Status} {next.User1Confirmed} {next.User2Confirmed}" : $"{decision.Outcome}");
        Assert.Equal(decision.Next is not null, decision.Outcome == RepairOutcome.Done);
    }

    [Theory]
    [InlineData(RepairKind.Complete, "Completed", false)]
    [InlineData(RepairKind.Cancel, "Cancelled", false)]
    [InlineData(RepairKind.Reopen, "Reopened", false)]
    [InlineData(RepairKind.Excuse, "Excused", true)]
    public void Repair_WhenDone_IsLoggedWithTheOperatorAndTheReason(RepairKind kind, string logged, bool namesUser)
    {
        var missed = Open with { Status = SessionStatus.NoShow };

        var next = OperatorRules.Repair(missed, new(kind, Act, Open.User2), Now).Next!;

        Assert.Equal(new LogEntry(Enum.Parse<EventKind>(logged), Now, namesUser ? Open.User2 : null, Act), next.Event);
        Assert.Equal(kind == RepairKind.Complete ? Now : null, next.CompletedAt);
        // A reopened session has a whole grace period again, which begins at the scheduled time.
        Assert.Equal(kind == RepairKind.Reopen ? Now : missed.ScheduledAt, next.ScheduledAt);
    }

    [Theory]
    [InlineData(RepairKind.Complete)]
    [InlineData(RepairKind.Cancel)]
    [InlineData(RepairKind.Reopen)]
    [InlineData(RepairKind.Excuse)]
    public void Repair_AfterNotesWereWritten_DoesNotWriteThemAgain(RepairKind kind)
    {
        var noted = Open with { Status = SessionStatus.NoShow, NewNotes = "Nobody came." };

        var decision = OperatorRules.Repair(noted, new(kind, Act, Open.User2), Now);

        Assert.Equal(RepairOutcome.Done, decision.Outcome);
        Assert.Null(decision.Next!.NewNotes);
    }

    [Fact]
    public void Excuse_WhenTheUserIsNoParticipantOrNobody_IsRefused()
    {
        var missed = Open with { Status = SessionStatus.NoShow };

        Assert.Equal(new(RepairOutcome.NotParticipant), OperatorRules.Repair(missed, new(RepairKind.Excuse, Act, new(Guid.NewGuid())), Now));
        Assert.Equal(new(RepairOutcome.NotParticipant), OperatorRules.Repair(missed, new(RepairKind.Excuse, Act), Now));
    }

    [Fact]
    public void Repair_WhenThereIsNoSession_SaysSo() =>
        Assert.Equal(new(RepairOutcome.NotFound), OperatorRules.Repair(null, new(RepairKind.Complete, Act), Now));

    [Theory]
    [InlineData("", "why")]
    [InlineData("olga", "  ")]
    [InlineData("olga", "two\nlines")]
    [InlineData("ol\u001bga", "why")]
    public void Repair_WhenTheActIsIncomplete_IsRefused(string name, string reason) =>
        Assert.Equal(new(RepairOutcome.IncompleteAct), OperatorRules.Repair(Open, new(RepairKind.Complete, new(name, reason)), Now));

    [Theory]
    [InlineData(RepairKind.Reopen, false, true, "Scheduled False True")]
    [InlineData(RepairKind.Reopen, false, false, "Scheduled False False")]
    [InlineData(RepairKind.Cancel, false, true, "Cancelled False True")]
    [InlineData(RepairKind.Excuse, false, false, "NoShow False True")]
    [InlineData(RepairKind.Excuse, false, true, "AlreadyDone")]
    [InlineData(RepairKind.Excuse, true, false, "BothConfirmed")]
    public void Repair_OfANoShow_ForTheSecondUser_DoesThisOrIsRefused(RepairKind kind, bool user1, bool user2, string expected)
    {
        var missed = Open with { Status = SessionStatus.NoShow, User1Confirmed = user1, User2Confirmed = user2 };

        var decision = OperatorRules.Repair(missed, new(kind, Act, Open.User2), Now);

        Assert.Equal(expected, decision.Next is { } next ? $"{next.Status} {next.User1Confirmed} {next.User2Confirmed}" : $"{decision.Outcome}");
    }

    [Fact]
    public void Repair_WhenTheReasonIsTooLong_IsRefused() => Assert.Equal(
        new(RepairOutcome.IncompleteAct),
        OperatorRules.Repair(Open, new(RepairKind.Complete, Act with { Reason = new('x', OperatorAct.MaxReason + 1) }), Now));
}
