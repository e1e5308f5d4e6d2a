using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Sessions;

public sealed class GetSessionTests : StubbedApi
{
    private static readonly Guid Id = new("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11");
    private static readonly Guid Match = new("0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22");
    private static readonly Guid User1 = new("2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33");
    private static readonly Guid User2 = new("9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44");
    private static readonly Guid Challenge = new("11111111-2222-3333-4444-555555555555");

    [Fact]
    public async Task Get_OfAScheduledSession_ShowsEverythingInOrder()
    {
        Shows(Session(SessionStatus.Scheduled, confirmed1: true, confirmed2: false), "Café \"Ω\" & Co", Challenge, notes: null);

        var answer = await GetAsync($"/api/session/{Id}");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"Café \"Ω\" & Co","scheduled_time":"2026-01-01T10:00:00Z","status":"scheduled","notes":null,"participants":{"user1":{"id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","name":"Ada","challenge":{"id":"11111111-2222-3333-4444-555555555555","title":"Say hello","description":"To one stranger.","difficulty":"beginner","points":10},"confirmed":true},"user2":{"id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","name":"Unknown","challenge":{"id":"","title":"Unknown Challenge","description":"","difficulty":"unknown","points":0},"confirmed":false}},"reputation_preview":{"user1_delta":10,"user2_delta":0},"completed_at":null}""",
            answer.Body);
    }

    [Theory]
    [InlineData(SessionStatus.Scheduled, "scheduled")]
    [InlineData(SessionStatus.InProgress, "in_progress")]
    [InlineData(SessionStatus.Completed, "completed")]
    [InlineData(SessionStatus.Cancelled, "cancelled")]
    [InlineData(SessionStatus.NoShow, "no_show")]
    public async Task Get_ShowsTheStatusAndTheNotes(SessionStatus status, string name)
    {
        Shows(Session(status, true, false), "Bar", null, "a note");

        var answer = await GetAsync($"/api/session/{Id}");

        Assert.Contains($"\"status\":\"{name}\",\"notes\":\"a note\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfASessionWithoutATime_ShowsNone()
    {
        Shows(Session(SessionStatus.Scheduled, false, false) with { ScheduledAt = null }, "Bar", null, null);

        Assert.Contains("\"scheduled_time\":null", (await GetAsync($"/api/session/{Id}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfACompletedSession_ShowsTheMicroseconds()
    {
        var completedAt = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(2)).AddMicroseconds(1500);
        Shows(Session(SessionStatus.Completed, true, true) with { CompletedAt = completedAt }, null, null, null);

        var answer = await GetAsync($"/api/session/{Id}");

        Assert.EndsWith("\"completed_at\":\"2026-01-01T10:00:00.001500Z\"}", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"venue_name\":null", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TakesAnIdInUpperCase()
    {
        Shows(Session(SessionStatus.Scheduled, false, false), "Bar", null, null);

        Assert.Equal(200, (await GetAsync($"/api/session/{Id.ToString().ToUpperInvariant()}")).Status);
    }

    [Theory]
    [InlineData(GetSessionOutcome.NotFound, 404, "Session not found")]
    [InlineData(GetSessionOutcome.NotParticipant, 403, "Access denied - user is not a participant in this session")]
    public async Task Get_WhenRefused_SaysWhy(GetSessionOutcome outcome, int status, string detail)
    {
        Grains.Get = (_, _) => Task.FromResult(new GetSessionResult(outcome));

        AssertDetail(status, detail, await GetAsync($"/api/session/{Id}"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("------------------------------------")]
    [InlineData("%7B6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11%7D")]
    [InlineData("6f1b9d527c1c4a4e9a580c9a3c5d2e11")]
    public async Task Get_WithAnIdThatIsNone_Is422(string id)
    {
        var answer = await GetAsync($"/api/session/{id}");

        Assert.Equal(422, answer.Status);
        Assert.StartsWith("""{"detail":[{"type":"uuid_parsing","loc":["path","session_id"],""", answer.Body, StringComparison.Ordinal);
    }

    private static SessionSnapshot Session(SessionStatus status, bool confirmed1, bool confirmed2) => new(
        new(Id), new(Match), new(User1), new(User2), status, confirmed1, confirmed2, new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero), null);

    private static SessionDetails Details(SessionSnapshot session, string? venue, Guid? challenge1, string? notes) => new(
        session,
        venue,
        notes,
        new("Ada", challenge1 is { } id ? new Challenge(id, "Say hello", "To one stranger.", "beginner", 10) : null),
        new(null, null));

    private void Shows(SessionSnapshot session, string? venue, Guid? challenge1, string? notes) => Grains.Get = (id, _) => Task.FromResult(
        id.Value == Id
            ? new GetSessionResult(GetSessionOutcome.Found, Details(session, venue, challenge1, notes))
            : new GetSessionResult(GetSessionOutcome.NotFound));
}
