using Wingman.Events;
using Wingman.Sessions;
using Wingman.State;
using static Wingman.Grains.Tests.Rules.RuleCase;

namespace Wingman.Grains.Tests.Rules;

/// <summary>The older confirmation and the notes, one decision at a time.</summary>
public sealed class OlderConfirmationTests
{
    [Fact]
    public void ConfirmBuddy_IsTheCallersOwnWord_AsTheNewerConfirmationIs() => Assert.Equal(
        SessionRules.Confirm(Scheduled, User1, confirmFrom: null, Now), ConfirmBuddy(Scheduled, User1, User2));

    [Fact]
    public void ConfirmBuddy_AfterTheSameUsersNewerConfirmation_ChangesNothing() => Assert.Equal(
        new(ConfirmOutcome.WaitingForBuddy), ConfirmBuddy(Scheduled with { User1Confirmed = true }, User1, User2));

    [Fact]
    public void ConfirmBuddy_AfterTheBuddysConfirmation_Completes()
    {
        var decision = ConfirmBuddy(Scheduled with { User2Confirmed = true }, User1, User2);

        Assert.Equal((ConfirmOutcome.Completed, SessionStatus.Completed, EventKind.Completed), (decision.Outcome, decision.Next!.Status, decision.Next.Event.Kind));
    }

    [Fact]
    public void ConfirmBuddy_OfSomeoneElse_IsRefused() => Assert.Equal(new(ConfirmOutcome.NotBuddy), ConfirmBuddy(Scheduled, User1, Stranger));

    [Fact]
    public void ConfirmBuddy_OfOneself_IsRefused() => Assert.Equal(new(ConfirmOutcome.OwnConfirmation), ConfirmBuddy(Scheduled, User1, User1));

    [Fact]
    public void ConfirmBuddy_ByAStranger_IsRefused() => Assert.Equal(new(ConfirmOutcome.NotParticipant), ConfirmBuddy(Scheduled, Stranger, User1));

    [Fact]
    public void ConfirmBuddy_ByAStranger_IsRefusedForThat_WhateverElseIsWrong()
    {
        var early = Scheduled with { ScheduledAt = Now.AddMinutes(1) };

        Assert.Equal(new(ConfirmOutcome.NotParticipant), ConfirmBuddy(early, Stranger, User1));
        Assert.Equal(new(ConfirmOutcome.NotParticipant), ConfirmBuddy(Scheduled, Stranger, Stranger));
    }

    [Fact]
    public void ConfirmBuddy_BeforeTheTime_IsRefused_AlsoWhereTheNewerConfirmationIsNot() => Assert.Equal(
        new(ConfirmOutcome.TooEarly), ConfirmBuddy(Scheduled with { ScheduledAt = Now.AddMinutes(1) }, User1, User2));

    [Theory]
    [InlineData(null, 0, false)]
    [InlineData(null, -1, true)]
    [InlineData(-30, -30, false)]
    [InlineData(-30, -31, true)]
    [InlineData(30, 29, true)]
    public void ConfirmBuddy_BeginsWithTheSession_OrWhenTheNewerConfirmationDoes(int? confirmFromMinutes, int minutesAfterStart, bool isTooEarly)
    {
        TimeSpan? confirmFrom = confirmFromMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null;

        var decision = SessionRules.ConfirmBuddy(Scheduled, User1, User2, confirmFrom, Scheduled.ScheduledAt!.Value.AddMinutes(minutesAfterStart));

        Assert.Equal(isTooEarly ? ConfirmOutcome.TooEarly : ConfirmOutcome.WaitingForBuddy, decision.Outcome);
    }

    [Fact]
    public void ConfirmBuddy_WithoutATime_IsTaken() => Assert.Equal(
        ConfirmOutcome.WaitingForBuddy, ConfirmBuddy(Scheduled with { ScheduledAt = null }, User1, User2).Outcome);

    [Theory]
    [InlineData(SessionStatus.Scheduled)]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Cancelled)]
    [InlineData(SessionStatus.NoShow)]
    public void UpdateNotes_IsTakenInAnyStatus_AndChangesNothingElse(SessionStatus status)
    {
        var session = Scheduled with { Status = status };

        var decision = SessionRules.UpdateNotes(session, User2, "Great evening.", Now);

        Assert.Equal(
            new(UpdateNotesOutcome.Updated, session with { NewNotes = "Great evening.", Event = new(EventKind.NotesUpdated, Now, User2) }), decision);
    }

    [Fact]
    public void UpdateNotes_ByAStranger_IsRefused() =>
        Assert.Equal(new(UpdateNotesOutcome.NotParticipant), SessionRules.UpdateNotes(Scheduled, Stranger, "", Now));

    [Fact]
    public void EveryMethod_WhenThereIsNoRow_FindsNothing()
    {
        Assert.Equal(new(ConfirmOutcome.NotFound), SessionRules.ConfirmBuddy(null, User1, User2, confirmFrom: null, Now));
        Assert.Equal(new(UpdateNotesOutcome.NotFound), SessionRules.UpdateNotes(null, User1, "Great evening.", Now));
    }

    /// <summary>What is known of a row after its notes were written still has them, and must not write them over what another program wrote since.</summary>
    [Fact]
    public void EveryTransition_AfterNotesWereWritten_DoesNotWriteThemAgain()
    {
        var noted = Scheduled with { NewNotes = "Great evening." };
        var confirmed = noted with { User1Confirmed = true, User2Confirmed = true };
        var terms = new NoShowTerms(TimeSpan.FromMinutes(1), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

        SessionState?[] next =
        [
            SessionRules.Confirm(noted, User1, confirmFrom: null, Now).Next,
            SessionRules.Confirm(noted with { User2Confirmed = true }, User1, confirmFrom: null, Now).Next,
            SessionRules.Cancel(noted, User1, Now).Next,
            SessionRules.Cancel(confirmed, User1, Now).Next,
            SessionRules.Expire(noted, terms, Now).Next,
            SessionRules.Expire(confirmed, terms, Now).Next,
        ];

        Assert.All(next, static state =>
        {
            Assert.NotNull(state);
            Assert.Null(state.NewNotes);
        });
    }

    private static Decision<ConfirmOutcome, SessionState> ConfirmBuddy(SessionState session, UserId user, UserId buddy) =>
        SessionRules.ConfirmBuddy(session, user, buddy, confirmFrom: null, Now);
}
