using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Sessions;

public sealed class CancelSessionTests : StubbedApi
{
    private readonly Guid _session = Guid.NewGuid();

    [Fact]
    public async Task Cancel_WhenTaken_SaysSo()
    {
        Grains.Cancel = (session, user) => Task.FromResult(
            new CancelSessionResult(session.Value == _session && user.Value == User ? CancelOutcome.Cancelled : CancelOutcome.NotFound, SessionStatus.Cancelled));

        var answer = await CancelAsync();

        Assert.Equal((200, """{"success":true,"message":"Session cancelled","session_status":"cancelled"}"""), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData(CancelOutcome.AlreadyOver, SessionStatus.Cancelled, 409, "Session was already cancelled")]
    [InlineData(CancelOutcome.AlreadyOver, SessionStatus.Completed, 409, "Session is completed and cannot be cancelled")]
    [InlineData(CancelOutcome.AlreadyOver, SessionStatus.NoShow, 409, "Session ended as a no-show and cannot be cancelled")]
    [InlineData(CancelOutcome.NotFound, SessionStatus.Scheduled, 404, "Session not found")]
    [InlineData(CancelOutcome.NotParticipant, SessionStatus.Scheduled, 403, "Access denied - user is not a participant in this session")]
    public async Task Cancel_WhenRefused_SaysWhy(CancelOutcome outcome, SessionStatus status, int code, string detail)
    {
        Grains.Cancel = (_, _) => Task.FromResult(new CancelSessionResult(outcome, status));

        AssertDetail(code, detail, await CancelAsync());
    }

    [Fact]
    public async Task Cancel_WhoseFirstAnswerWasLost_TakesItsOwnCancellationForSuccess()
    {
        var attempts = 0;
        Grains.Cancel = (_, _) => ++attempts == 1
            ? throw new TimeoutException("The answer was lost.")
            : Task.FromResult(new CancelSessionResult(CancelOutcome.AlreadyOver, SessionStatus.Cancelled));

        Assert.Equal(200, (await CancelAsync()).Status);
    }

    [Fact]
    public async Task Cancel_WithAnIdThatIsNone_Is422()
    {
        var answer = await PostAsync("/api/session/nonsense/cancel");

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            """{"detail":[{"type":"uuid_parsing","loc":["path","session_id"],"msg":"Input should be a valid UUID, in the form 8-4-4-4-12 hexadecimal digits","input":"nonsense"}]}""",
            answer.Body);
    }

    [Fact]
    public async Task Cancel_WithoutACaller_Is401()
    {
        Assert.Equal(401, (await Api.SendAsync(HttpMethod.Post, "/api/session/nonsense/cancel")).Status);
    }

    private Task<Answer> CancelAsync() => PostAsync($"/api/session/{_session}/cancel");
}
