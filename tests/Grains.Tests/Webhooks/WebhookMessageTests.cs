using System.Text;
using CsCheck;
using Wingman.Events;
using Wingman.Reputation;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

public sealed class WebhookMessageTests
{
    private static readonly LogPosition Position = new(2, 4711, 99);
    private static readonly DateTimeOffset At = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);
    private static readonly SessionId Session = new(new("00000000-0000-4000-8000-000000000001"));
    private static readonly UserId User = new(new("00000000-0000-4000-8000-0000000000a1"));
    private static readonly UserId Buddy = new(new("00000000-0000-4000-8000-0000000000a2"));
    private static readonly MatchId Match = new(new("00000000-0000-4000-8000-0000000000b1"));

    [Fact]
    public void Of_Completion_TellsWhoAndWhen() => Assert.Equal(
        """
        {"type":"session.completed","timestamp":"2026-03-04T18:30:00Z","data":{"session_id":"00000000-0000-4000-8000-000000000001","status":"completed","match_id":"00000000-0000-4000-8000-0000000000b1","user1_id":"00000000-0000-4000-8000-0000000000a1","user2_id":"00000000-0000-4000-8000-0000000000a2","actor_id":"00000000-0000-4000-8000-0000000000a2","scheduled_time":"2026-03-04T16:30:00Z","completed_at":"2026-03-04T18:30:00Z"}}
        """,
        BodyOf(Line("completed") with { Actor = Buddy }, new(Session, Match, User, Buddy, At.AddHours(-2), At)));

    [Fact]
    public void Of_SessionThatWasDeleted_TellsWhatTheLogKnows() => Assert.Equal(
        """
        {"type":"session.cancelled","timestamp":"2026-03-04T18:30:00Z","data":{"session_id":"00000000-0000-4000-8000-000000000001","status":"cancelled","match_id":null,"user1_id":null,"user2_id":null,"actor_id":null,"scheduled_time":null}}
        """,
        BodyOf(Line("cancelled"), null));

    [Fact]
    public void Of_Reputation_TellsTheScore() => Assert.Equal(
        """
        {"type":"reputation.changed","timestamp":"2026-03-04T18:30:00Z","data":{"user_id":"00000000-0000-4000-8000-0000000000a1","score":2,"completed_sessions":3,"no_shows":1,"badge_color":"green"}}
        """,
        BodyOf(new(Position, "reputation_changed", null, User, At, new CreditCounts(3, 1).ToDetail()), null));

    [Fact]
    public void Of_NeverTellsTheDetail() => Assert.DoesNotContain("secret", BodyOf(Line("completed") with { Detail = "a secret" }, null), StringComparison.Ordinal);

    [Theory]
    [InlineData("confirmed")]
    [InlineData("observed")]
    [InlineData("notes_updated")]
    [InlineData("a kind of a later version")]
    public void TypeOf_WhatReceiversAreNotToldOf_IsNull(string kind) => Assert.Null(WebhookTypes.Of(Line(kind)));

    [Fact]
    public void TypeOf_ReputationOfAnErasedUser_IsNull() => Assert.Null(WebhookTypes.Of(new(Position, "reputation_changed", null, null, At, null)));

    [Fact]
    public void Id_IsReadBackAsThePosition() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.ULong, Gen.Long[0, long.MaxValue]).Sample(static (era, tx, id) =>
        WebhookMessage.TryParseId(WebhookMessage.IdOf(new(era, tx, id)), out var read) && read == new LogPosition(era, tx, id));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("evt_")]
    [InlineData("evt_1_2")]
    [InlineData("evt_1_2_x")]
    [InlineData("evt_1_-2_3")]
    [InlineData("msg_1_2_3")]
    [InlineData("evt_1_99999999999999999999999_3")]
    public void TryParseId_WhenItIsNone_IsFalse(string? id) => Assert.False(WebhookMessage.TryParseId(id, out _));

    [Fact]
    public void CreditCounts_AreReadBackFromTheirDetail() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample(static (completed, noShows) =>
        CreditCounts.TryParse(new CreditCounts(completed, noShows).ToDetail(), out var read) && read == new CreditCounts(completed, noShows));

    private static LogLine Line(string kind) => new(Position, kind, Session, null, At, null);

    private static string BodyOf(LogLine line, SessionFacts? facts) => Encoding.UTF8.GetString(WebhookMessage.Of(line, WebhookTypes.Of(line)!, facts).Body);
}
