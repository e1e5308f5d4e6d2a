using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Sessions;

/// <summary>The older confirmation, in the words that the product's web app knows.</summary>
public sealed class ConfirmBuddyTests : StubbedApi
{
    private const string Path = "/api/session/6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11/confirm";
    private const string Body = """{"buddy_user_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44"}""";

    [Theory]
    [InlineData(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled, """{"success":true,"message":"Confirmation recorded. Waiting for your buddy to confirm your completion.","session_status":"scheduled","both_confirmed":false}""")]
    [InlineData(ConfirmOutcome.WaitingForBuddy, SessionStatus.InProgress, """{"success":true,"message":"Confirmation recorded. Waiting for your buddy to confirm your completion.","session_status":"in_progress","both_confirmed":false}""")]
    [InlineData(ConfirmOutcome.Completed, SessionStatus.Completed, """{"success":true,"message":"Session marked as completed! Both participants have confirmed each other's challenges.","session_status":"completed","both_confirmed":true}""")]
    [InlineData(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed, """{"success":true,"message":"Confirmation recorded. Session completed!","session_status":"completed","both_confirmed":true}""")]
    public async Task ConfirmBuddy_AnswersInItsOwnWords(ConfirmOutcome outcome, SessionStatus status, string body)
    {
        Grains.ConfirmBuddy = (_, _, _) => Task.FromResult(new ConfirmCompletionResult(outcome, status));

        var answer = await PostAsync(Path, Body);

        Assert.Equal((200, body), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData(ConfirmOutcome.NotFound, 404, "Session not found")]
    [InlineData(ConfirmOutcome.NotParticipant, 403, "Access denied - user is not a participant in this session")]
    [InlineData(ConfirmOutcome.NotBuddy, 400, "Invalid buddy user ID - must be the other session participant")]
    [InlineData(ConfirmOutcome.OwnConfirmation, 400, "Cannot confirm your own completion - only your buddy can confirm you")]
    [InlineData(ConfirmOutcome.TooEarly, 400, "Cannot confirm completion before scheduled time (2030-01-01 18:00 UTC)")]
    [InlineData(ConfirmOutcome.Cancelled, 409, "Session was cancelled and cannot be confirmed")]
    [InlineData(ConfirmOutcome.CompletionLimit, 409, "These two users have completed as many sessions with each other within 24 hours as they may; confirm later")]
    [InlineData(ConfirmOutcome.NoShow, 409, "Session ended as a no-show and cannot be confirmed")]
    public async Task ConfirmBuddy_WhenRefused_SaysWhy(ConfirmOutcome outcome, int status, string detail)
    {
        var from = new DateTimeOffset(2030, 1, 1, 18, 0, 0, TimeSpan.Zero);
        Grains.ConfirmBuddy = (_, _, _) => Task.FromResult(new ConfirmCompletionResult(outcome, SessionStatus.Scheduled, from));

        AssertDetail(status, detail, await PostAsync(Path, Body));
    }

    [Fact]
    public async Task ConfirmBuddy_PassesWhoSaysItAboutWhom()
    {
        (SessionId, UserId, UserId) seen = default;
        Grains.ConfirmBuddy = (session, user, buddy) =>
        {
            seen = (session, user, buddy);
            return Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled));
        };

        await PostAsync(Path, Body);

        Assert.Equal(
            (new SessionId(new("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11")), new UserId(User), new UserId(new("9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44"))), seen);
    }

    [Theory]
    [InlineData("""{}""", "body.buddy_user_id missing")]
    [InlineData("""{"buddy_user_id":"9C2E6B1D-51C9-4A0B-B1DE-3E8F5D6A4B44"}""", "body.buddy_user_id string_pattern_mismatch")]
    [InlineData("""{"buddy_user_id":7}""", "body.buddy_user_id string_type")]
    public async Task ConfirmBuddy_WithABodyThatIsWrong_Is422(string body, string error)
    {
        var answer = await PostAsync(Path, body);

        var found = Assert.Single(FieldError.AllOf(answer));
        Assert.Equal((422, error, 0), (answer.Status, $"{found.Location} {found.Type}", Grains.Calls));
    }
}
