using System.Text.Json;
using Wingman.Api.Tests.Host;
using Wingman.Reputation;

namespace Wingman.Api.Tests.Users;

public sealed class HistoryTests : StubbedApi
{
    private static readonly Guid Session = new("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11");
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(7);

    private string Path => $"/api/user/reputation/{User}/history";

    [Fact]
    public async Task History_OfTheLastPage_HasNoCursor()
    {
        Grains.History = (_, _, _) => Task.FromResult(new CreditPage([new Credit(new(Session), CreditOutcome.NoShow, At)], null));

        var answer = await GetAsync(Path);

        Assert.Equal(
            (200, """{"items":[{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","outcome":"no_show","created_at":"2026-01-01T10:00:00.000007Z"}],"next_cursor":null}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task History_TakesBackTheCursorThatItGave()
    {
        var end = new CreditCursor(At, new(Session));
        (UserId, CreditCursor?, int)? seen = null;
        Grains.History = (user, after, limit) =>
        {
            seen = (user, after, limit);
            return Task.FromResult(new CreditPage([], after is null ? end : null));
        };

        var first = await GetAsync(Path + "?limit=1");
        Assert.Equal((new UserId(User), null, 1), seen);
        using var page = JsonDocument.Parse(first.Body);
        var cursor = page.RootElement.GetProperty("next_cursor").GetString();
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);

        var second = await GetAsync($"{Path}?limit=100&cursor={cursor}");
        Assert.Equal((200, """{"items":[],"next_cursor":null}"""), (second.Status, second.Body));
        Assert.Equal((new UserId(User), end, 100), seen);
    }

    [Theory]
    [InlineData("limit=0", "greater_than_equal", "query.limit", "\"0\"")]
    [InlineData("limit=-1", "greater_than_equal", "query.limit", "\"-1\"")]
    [InlineData("limit=101", "less_than_equal", "query.limit", "\"101\"")]
    [InlineData("limit=ten", "int_parsing", "query.limit", "\"ten\"")]
    [InlineData("limit=", "int_parsing", "query.limit", "\"\"")]
    [InlineData("cursor=", "value_error", "query.cursor", "\"\"")]
    [InlineData("cursor=%22%0A", "value_error", "query.cursor", "\"\\\"\\n\"")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", "value_error", "query.cursor", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!\"")]
    [InlineData("cursor=________________________________", "value_error", "query.cursor", "\"________________________________\"")]
    public async Task History_WithAWrongQuery_Is422(string query, string type, string location, string input)
    {
        var answer = await GetAsync($"{Path}?{query}");

        Assert.Equal(422, answer.Status);
        var error = Assert.Single(FieldError.AllOf(answer));
        Assert.Equal((type, location, input), (error.Type, error.Location, error.Input));
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task History_OfAnotherUser_Is403()
    {
        AssertDetail(
            403, "Access denied - only the user and the service role may read this history",
            await GetAsync($"/api/user/reputation/{Guid.NewGuid()}/history"));
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task History_OfAnotherUser_IsOpenToTheServiceRole() =>
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, Path, role: "service_role")).Status);
}
