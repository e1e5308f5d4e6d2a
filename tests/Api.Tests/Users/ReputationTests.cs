using Wingman.Api.Tests.Host;
using Wingman.Reputation;

namespace Wingman.Api.Tests.Users;

public sealed class ReputationTests : StubbedApi
{
    [Theory]
    [InlineData(0, 0, 0, "green")]
    [InlineData(9, 0, 9, "green")]
    [InlineData(10, 0, 10, "gold")]
    [InlineData(25, 1, 20, "gold")]
    [InlineData(1, 2, -1, "red")]
    [InlineData(0, 9, -5, "red")]
    public async Task Reputation_ShowsScoreAndBadge(long completed, long noShows, int score, string badge)
    {
        Grains.Reputation = user => Task.FromResult(user.Value == User
            ? new UserReputation(completed, noShows, new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero))
            : throw new InvalidOperationException("Another user was asked for."));

        var answer = await GetAsync($"/api/user/reputation/{User}");

        Assert.Equal(
            (200, $$"""{"score":{{score}},"completed_sessions":{{completed}},"no_shows":{{noShows}},"badge_color":"{{badge}}","cache_timestamp":"2026-01-01T10:00:00Z"}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Reputation_WithAnIdThatIsNone_Is422()
    {
        // The detail is a text, because the web app shows it unchanged.
        AssertDetail(422, "Invalid user ID format: not a UUID", await GetAsync("/api/user/reputation/nonsense"));
    }

    [Fact]
    public async Task Reputation_WithoutACaller_Is401() =>
        Assert.Equal(401, (await Api.SendAsync(HttpMethod.Get, "/api/user/reputation/nonsense")).Status);

    [Theory]
    [InlineData("/api/user/reputation/cache/invalidate/2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33",
        """{"success":true,"message":"Reputation cache invalidated for user 2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33"}""")]
    [InlineData("/api/user/reputation/cache/invalidate-all", """{"success":true,"message":"All reputation cache entries invalidated"}""")]
    public async Task InvalidateCache_HasNothingToDo(string path, string body)
    {
        var answer = await PostAsync(path, "");

        Assert.Equal((200, body, 0), (answer.Status, answer.Body, Grains.Calls));
    }
}
