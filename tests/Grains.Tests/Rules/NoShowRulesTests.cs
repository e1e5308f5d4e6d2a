using Wingman.Events;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Rules;

/// <summary>When a session ends that nobody or only one user has confirmed, and when it must not end.</summary>
public sealed class NoShowRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Grace = TimeSpan.FromHours(24);
    private static readonly NoShowTerms Terms = new(Grace, Start.AddDays(-1), [], DateTimeOffset.MaxValue);

    private static readonly SessionState Scheduled = RuleCase.Scheduled with { ScheduledAt = Start };

    [Theory]
    [InlineData(SessionStatus.Scheduled, false, false)]
    [InlineData(SessionStatus.Scheduled, true, false)]
    [InlineData(SessionStatus.InProgress, false, true)]
    public void Expire_WhenTheGracePeriodHasPassed_EndsAsNoShow(SessionStatus status, bool user1Confirmed, bool user2Confirmed)
    {
        var session = Scheduled with { Status = status, User1Confirmed = user1Confirmed, User2Confirmed = user2Confirmed };
        var due = Start + Grace;

        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(session, Terms, due.AddTicks(-1)));
        Assert.Equal(
            new(ExpireOutcome.NoShow, session with { Status = SessionStatus.NoShow, Event = new(EventKind.NoShow, due) }),
            SessionRules.Expire(session, Terms, due));
    }

    [Fact]
    public void Expire_WhereOnlyTheHostsClockSaysThatItIsDue_EndsNothing()
    {
        var session = new SessionState { Match = new(Guid.NewGuid()), User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()), ScheduledAt = Start };
        var dueAt = Start + Grace;

        Assert.Equal(ExpireOutcome.NotDue, SessionRules.Expire(session, Terms with { AsOf = dueAt.AddTicks(-1) }, dueAt.AddHours(30)).Outcome);
        Assert.Equal(ExpireOutcome.NotDue, SessionRules.Expire(session, Terms with { AsOf = dueAt.AddHours(30) }, dueAt.AddTicks(-1)).Outcome);
        Assert.Equal(ExpireOutcome.NoShow, SessionRules.Expire(session, Terms with { AsOf = dueAt }, dueAt).Outcome);
    }

    [Fact]
    public void Expire_WhenBothHaveConfirmed_CompletesInsteadOncePastTheGracePeriod()
    {
        var session = Scheduled with { User1Confirmed = true, User2Confirmed = true };
        var due = Start + Grace;

        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(session, Terms, due.AddTicks(-1)));
        Assert.Equal(
            new(ExpireOutcome.Completed, session with { Status = SessionStatus.Completed, CompletedAt = due, Event = new(EventKind.Completed, due) }),
            SessionRules.Expire(session, Terms, due));
    }

    [Theory]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void Expire_WhenOver_ChangesNothing(SessionStatus status) =>
        Assert.Equal(new(ExpireOutcome.AlreadyOver), SessionRules.Expire(Scheduled with { Status = status }, Terms, Start.AddDays(30)));

    [Fact]
    public void Expire_WhenThereIsNoTime_IsNeverDue() =>
        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(Scheduled with { ScheduledAt = null }, Terms, DateTimeOffset.MaxValue));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void Expire_WhenScheduledBeforeDetectionBegan_IsNeverDue(int secondsAfterSince, bool ends)
    {
        var session = Scheduled with { ScheduledAt = Terms.Since.AddSeconds(secondsAfterSince) };

        Assert.Equal(ends ? ExpireOutcome.NoShow : ExpireOutcome.NotDue, SessionRules.Expire(session, Terms, Start.AddYears(9)).Outcome);
    }

    /// <summary>Hours after the start: a gap, perhaps a second one, and when the session is due.</summary>
    [Theory]
    // The gap ended before the session was due: users could confirm at the end of the grace period.
    [InlineData(new[] { 2, 20 }, 44)]
    [InlineData(new[] { -30, -10 }, 24)]
    [InlineData(new[] { 0, 1 }, 25)]
    // The gap contains the moment at which the session was due, or begins at exactly that moment.
    [InlineData(new[] { 20, 30 }, 54)]
    [InlineData(new[] { 24, 26 }, 50)]
    // The gap began after the session was due: the session should have ended before the gap, and its due time does not change.
    [InlineData(new[] { 25, 30 }, 24)]
    // A chain: the second gap falls into the new grace period, in whichever order the gaps are given.
    [InlineData(new[] { 20, 30, 40, 60 }, 84)]
    [InlineData(new[] { 40, 60, 20, 30 }, 84)]
    [InlineData(new[] { 20, 30, 54, 56 }, 80)]
    [InlineData(new[] { 20, 30, 55, 56 }, 54)]
    // One gap within the other.
    [InlineData(new[] { 20, 50, 22, 30 }, 74)]
    public void NoShowDueAt_WhenTheServiceWasDown_GivesTheGraceAnew(int[] gaps, int dueAfterHours)
    {
        var terms = WithGaps(gaps);

        Assert.Equal(Start.AddHours(dueAfterHours), SessionRules.NoShowDueAt(Start, terms));
        Assert.Equal(ExpireOutcome.NotDue, SessionRules.Expire(Scheduled, terms, Start.AddHours(dueAfterHours).AddTicks(-1)).Outcome);
        Assert.Equal(ExpireOutcome.NoShow, SessionRules.Expire(Scheduled, terms, Start.AddHours(dueAfterHours)).Outcome);
    }

    /// <summary>The sweeper stops at the first session that is not due: those that are scheduled later must not be due either.</summary>
    [Theory]
    [InlineData(new[] { 20, 30 })]
    [InlineData(new[] { 20, 30, 40, 60 })]
    [InlineData(new[] { 40, 60, 20, 30 })]
    [InlineData(new[] { 20, 30, 54, 56 })]
    [InlineData(new[] { 20, 50, 22, 30 })]
    public void NoShowDueAt_OfASessionThatIsScheduledLater_IsNotEarlier(int[] gaps)
    {
        var terms = WithGaps(gaps);

        DateTimeOffset[] due = [.. Enumerable.Range(-50, 150).Select(hours => SessionRules.NoShowDueAt(Start.AddHours(hours), terms))];

        Assert.Equal(due.Order(), due);
    }

    [Fact]
    public void NoShowDueAt_AtTheEndOfTheCalendar_IsItsEnd()
    {
        var session = Scheduled with { ScheduledAt = DateTimeOffset.MaxValue };

        Assert.Equal(DateTimeOffset.MaxValue, SessionRules.NoShowDueAt(DateTimeOffset.MaxValue, WithGaps([20, 30])));
        Assert.Equal(new(ExpireOutcome.NotDue), SessionRules.Expire(session, Terms, Start.AddYears(9)));
    }

    private static NoShowTerms WithGaps(int[] hours) =>
        Terms with { Gaps = [.. hours.Chunk(2).Select(static gap => new ServiceGap(Start.AddHours(gap[0]), Start.AddHours(gap[1])))] };
}
