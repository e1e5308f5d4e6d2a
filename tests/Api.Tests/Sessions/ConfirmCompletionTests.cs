using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Sessions;

/// <summary>The seven exchanges of the product's API contract, byte by byte, and what was added to them.</summary>
public sealed class ConfirmCompletionTests : StubbedApi
{
    private const string Path = "/api/session/confirm-completion";
    private readonly Guid _session = Guid.NewGuid();

    [Theory]
    [InlineData(ConfirmOutcome.Completed, SessionStatus.Completed,
        """{"success":true,"message":"Session marked as completed! Both participants have confirmed completion and reputation updated.","both_confirmed":true,"reputation_updated":true,"session_status":"completed"}""")]
    [InlineData(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled,
        """{"success":true,"message":"Completion confirmation recorded. Waiting for your buddy to confirm their completion.","both_confirmed":false,"reputation_updated":false,"session_status":"scheduled"}""")]
    [InlineData(ConfirmOutcome.WaitingForBuddy, SessionStatus.InProgress,
        """{"success":true,"message":"Completion confirmation recorded. Waiting for your buddy to confirm their completion.","both_confirmed":false,"reputation_updated":false,"session_status":"in_progress"}""")]
    [InlineData(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed,
        """{"success":true,"message":"Session already completed","both_confirmed":true,"reputation_updated":true,"session_status":"completed"}""")]
    public async Task ConfirmCompletion_WhenTaken_AnswersTheReportsBody(ConfirmOutcome outcome, SessionStatus status, string body)
    {
        Grains.Confirm = (_, _) => Task.FromResult(new ConfirmCompletionResult(outcome, status));

        var answer = await ConfirmAsync();

        Assert.Equal((200, body), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(body.Length, answer.ContentHeaders.ContentLength);
        Assert.Empty(answer.Headers.Server);
    }

    [Theory]
    [InlineData(ConfirmOutcome.NotFound, 404, "Session not found")]
    [InlineData(ConfirmOutcome.NotParticipant, 403, "Access denied - user is not a participant in this session")]
    [InlineData(ConfirmOutcome.Cancelled, 409, "Session was cancelled and cannot be confirmed")]
    [InlineData(ConfirmOutcome.CompletionLimit, 409, "These two users have completed as many sessions with each other within 24 hours as they may; confirm later")]
    [InlineData(ConfirmOutcome.NoShow, 409, "Session ended as a no-show and cannot be confirmed")]
    public async Task ConfirmCompletion_WhenRefused_SaysWhy(ConfirmOutcome outcome, int status, string detail)
    {
        Grains.Confirm = (_, _) => Task.FromResult(new ConfirmCompletionResult(outcome, default));

        AssertDetail(status, detail, await ConfirmAsync());
    }

    [Fact]
    public async Task ConfirmCompletion_PassesTheSessionAndTheCaller()
    {
        (SessionId, UserId)? seen = null;
        Grains.Confirm = (session, user) =>
        {
            seen = (session, user);
            return Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.WaitingForBuddy, SessionStatus.Scheduled));
        };

        await ConfirmAsync();

        Assert.Equal((new SessionId(_session), new UserId(User)), seen);
    }

    [Fact]
    public async Task ConfirmCompletion_WithoutACaller_Is401EvenWithABrokenBody()
    {
        var answer = await Api.SendAsync(HttpMethod.Post, Path, "{");

        AssertDetail(401, "Authentication required. Please log in to access this resource.", answer);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).ToString());
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task ConfirmCompletion_OfTheServiceRoleWithoutAUser_Is403()
    {
        var answer = await Api.SendAsync(HttpMethod.Post, Path, Body, role: "service_role");

        AssertDetail(403, "Access denied - user is not a participant in this session", answer);
        Assert.Equal(0, Grains.Calls);
    }

    private string Body => $$"""{"session_id": "{{_session}}"}""";

    private Task<Answer> ConfirmAsync() => PostAsync(Path, Body);
}
