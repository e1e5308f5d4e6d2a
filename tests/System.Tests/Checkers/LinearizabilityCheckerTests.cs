using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;
using static Wingman.SystemTests.Checkers.HistoryBuilder;

namespace Wingman.SystemTests.Checkers;

/// <summary>The checker accepts what may happen and, above all, refuses what must not.</summary>
public sealed class LinearizabilityCheckerTests
{
    private readonly HistoryBuilder _history = new();

    [Fact]
    public void OneAfterTheOther_IsAccepted() => Accepts(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Confirm(2, 2, 3, ConfirmOutcome.Completed).Read(1, 4, 5, Completed));

    [Fact]
    public void AtOnce_WhicheverIsFirst_IsAccepted() => Accepts(
        _history.Confirm(1, 0, 10, ConfirmOutcome.Completed).Confirm(2, 0, 10, ConfirmOutcome.WaitingForBuddy));

    [Fact]
    public void UnansweredConfirmation_ThatTookEffectMuchLater_IsAccepted() => Accepts(
        _history.MayHaveHappened(OperationKind.Confirm, 1, 0)
            .Confirm(2, 5, 6, ConfirmOutcome.WaitingForBuddy)
            .Read(2, 7, 8, Scheduled(user2: true))
            .Read(2, 9, 10, Completed));

    [Fact]
    public void RepeatOfAnAttemptThatCompleted_IsAccepted() => Accepts(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Confirm(2, 2, 9, ConfirmOutcome.AlreadyCompleted));

    [Fact]
    public void Expiry_OnlyFromItsTimeOn_IsAccepted() => Accepts(
        _history.MayHaveHappened(OperationKind.Expire, 1, 10).Read(1, 20, 21, new ModelState(SessionStatus.NoShow, false, false)));

    [Fact]
    public void ExpiryBeforeItsTime_IsRefused() => Refuses(
        _history.MayHaveHappened(OperationKind.Expire, 1, 10).Read(1, 2, 3, new ModelState(SessionStatus.NoShow, false, false)));

    [Fact]
    public void LostAcknowledgement_IsRefused() => Refuses(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Read(1, 2, 3, Scheduled()));

    [Fact]
    public void StaleRead_AfterABuddyWasToldOfCompletion_IsRefused() => Refuses(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Confirm(2, 2, 3, ConfirmOutcome.Completed).Read(1, 4, 5, Scheduled(user1: true)));

    [Fact]
    public void CompletedTwice_IsRefused() => Refuses(
        _history.Confirm(1, 0, 10, ConfirmOutcome.Completed).Confirm(2, 0, 10, ConfirmOutcome.Completed));

    [Fact]
    public void CompletedByOneAlone_IsRefused() => Refuses(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Confirm(1, 2, 3, ConfirmOutcome.Completed));

    [Fact]
    public void BothWaiting_IsRefused() => Refuses(
        _history.Confirm(1, 0, 10, ConfirmOutcome.WaitingForBuddy).Confirm(2, 0, 10, ConfirmOutcome.WaitingForBuddy));

    [Fact]
    public void ConfirmedAfterItWasCancelled_IsRefused() => Refuses(
        _history.Cancel(1, 0, 1, CancelOutcome.Cancelled).Confirm(2, 2, 3, ConfirmOutcome.WaitingForBuddy));

    [Fact]
    public void CancelledAfterItWasCompleted_IsRefused() => Refuses(
        _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).Confirm(2, 2, 3, ConfirmOutcome.Completed).Cancel(1, 4, 5, CancelOutcome.Cancelled));

    [Fact]
    public void TwoReadersInOppositeOrder_IsRefused() => Refuses(
        _history.MayHaveHappened(OperationKind.Confirm, 1, 0).Read(1, 1, 2, Scheduled(user1: true)).Read(2, 3, 4, Scheduled()));

    [Fact]
    public void Finals_AreWhatMayFollow()
    {
        var finals = _history.Confirm(1, 0, 1, ConfirmOutcome.WaitingForBuddy).MayHaveHappened(OperationKind.Confirm, 2, 2).Check().Finals;

        Assert.Equal(Scheduled(user1: true).Bit | Completed.Bit, finals);
    }

    [Fact]
    public void ALongHistory_WithManyUnansweredCalls_IsCheckedInNoTime()
    {
        for (var i = 0; i < 25; i++)
        {
            _history.Confirm(1, 10 * i, (10 * i) + 14, ConfirmOutcome.WaitingForBuddy)
                .Read(2, (10 * i) + 12, (10 * i) + 16, Scheduled(user1: true))
                .MayHaveHappened(OperationKind.Cancel, 2, i)
                .MayHaveHappened(OperationKind.Confirm, 1, i);
        }

        _history.Confirm(2, 300, 301, ConfirmOutcome.Completed);

        Accepts(_history);
    }

    private static void Accepts(HistoryBuilder history) => Assert.True(history.Check().IsLinearizable);

    private static void Refuses(HistoryBuilder history) => Assert.False(history.Check().IsLinearizable);
}
