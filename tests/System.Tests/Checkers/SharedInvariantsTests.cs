using Wingman.Chaos.Load;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>Sessions that the old backend writes to as well: only what it may leave behind is accepted.</summary>
public sealed class SharedInvariantsTests
{
    private static readonly Pair Pair = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
    private static readonly Guid Session = Guid.NewGuid();
    private static readonly DateTimeOffset At = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WhatTheOldBackendLeavesBetweenItsStatements_IsLetPass()
    {
        // It has written the second flag, and neither the completion nor the counters.
        Assert.Empty(Check(new(SessionStatus.Scheduled, true, true), [], user1: true, user2: true, isOver: false));
        // It has completed the session alone, so the service's log has no line about it.
        Assert.Empty(Check(HistoryBuilder.Completed, [], user1: true, user2: true, isOver: true));
        // An unanswered confirmation, stored or not.
        Assert.Empty(Check(new(SessionStatus.Scheduled, true, false), [], user1: false, user2: false, isOver: true));
    }

    [Fact]
    public void WhatTheServiceCompleted_IsLetPass() =>
        Assert.Empty(Check(HistoryBuilder.Completed, ["confirmed", "completed"], user1: true, user2: true, isOver: true));

    [Fact]
    public void AcknowledgedFlag_ThatIsNotThere_IsFound()
    {
        Finds("I5", new(SessionStatus.Scheduled, false, true), [], user1: true, user2: false, isOver: false);
        Finds("I5", new(SessionStatus.Scheduled, true, false), [], user1: true, user2: true, isOver: false);
    }

    [Fact]
    public void AcknowledgedSession_WithoutARow_IsFound()
    {
        var nothing = new DatabaseSnapshot([], [], [], IsComplete: true);

        Assert.Equal("I5", Assert.Single(SharedInvariants.Check(nothing, [(Session, true, false)], isOver: false)).Rule);
        // Before any answer the session may not exist, and a snapshot of the younger matches may not contain it.
        Assert.Empty(SharedInvariants.Check(nothing, [(Session, false, false)], isOver: false));
        Assert.Empty(SharedInvariants.Check(nothing with { IsComplete = false }, [(Session, true, false)], isOver: false));
    }

    [Fact]
    public void BothAcknowledged_AndNeverCompleted_IsFound()
    {
        Finds("I5", new(SessionStatus.Scheduled, true, true), [], user1: true, user2: true, isOver: true);
        Finds("I5", new(SessionStatus.NoShow, true, true), [], user1: true, user2: true, isOver: true);
    }

    [Fact]
    public void TwoCompletionsInTheLog_AreFound() =>
        Finds("I4", HistoryBuilder.Completed, ["completed", "completed"], user1: true, user2: true, isOver: true);

    [Fact]
    public void CompletionByTheService_WithOneWordOnly_IsFound() =>
        Finds("I2", new(SessionStatus.Completed, true, false), ["completed"], user1: true, user2: false, isOver: false);

    [Fact]
    public void CompletionByTheService_ThatWasUndone_IsFound() =>
        Finds("I2", new(SessionStatus.Cancelled, true, true), ["completed"], user1: false, user2: false, isOver: false);

    [Fact]
    public void WhatIsAcknowledged_IsWhatSomebodyWasTold()
    {
        var shared = new SharedSessions();
        var session = shared.Begin(Session, Pair);

        Assert.Equal((Session, false, false), Assert.Single(shared.Acknowledged()));

        session.Acknowledge(Participant.User2);

        Assert.Equal((Session, false, true), Assert.Single(shared.Acknowledged()));
    }

    private static void Finds(string rule, ModelState state, string[] lines, bool user1, bool user2, bool isOver) =>
        Assert.Contains(Check(state, lines, user1, user2, isOver), violation => violation.Rule == rule);

    private static List<Violation> Check(ModelState state, string[] lines, bool user1, bool user2, bool isOver)
    {
        var snapshot = new DatabaseSnapshot(
            [new SessionRow(Session, Pair.Match, Pair.User1, Pair.User2, state, state.Status == SessionStatus.Completed ? At : null)],
            [new MatchRow(Pair.Match, 0, 0)],
            [.. lines.Select(static kind => new EventRow(Session, kind, Pair.User1, At))],
            IsComplete: true);
        return [.. SharedInvariants.Check(snapshot, [(Session, user1, user2)], isOver)];
    }
}
