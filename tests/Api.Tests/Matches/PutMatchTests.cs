using Wingman.Api.Tests.Host;
using Wingman.Matches;

namespace Wingman.Api.Tests.Matches;

public sealed class PutMatchTests : StubbedApi
{
    private const string Users = "\"user1_id\":\"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33\",\"user2_id\":\"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44\"";
    private const string Path = "/api/match/0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22";

    [Theory]
    [InlineData(RegisterMatchOutcome.Created, 201)]
    [InlineData(RegisterMatchOutcome.Updated, 200)]
    public async Task Put_WhenTaken_AnswersTheMatch(RegisterMatchOutcome outcome, int status)
    {
        RegisterMatch? seen = null;
        Grains.Register = (_, match) =>
        {
            seen = match;
            return Task.FromResult(outcome);
        };

        var answer = await PutAsync(Path, $$"""{{{Users}},"status":"accepted"}""");

        Assert.Equal(
            (status, $$"""{"id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22",{{Users}},"status":"accepted"}"""), (answer.Status, answer.Body));
        Assert.Equal(MatchStatus.Accepted, seen?.Status);
    }

    [Fact]
    public async Task Put_WithOtherUsers_Is409()
    {
        Grains.Register = (_, _) => Task.FromResult(RegisterMatchOutcome.UsersDiffer);

        AssertDetail(409, "This match exists with other users", await PutAsync(Path, $$"""{{{Users}},"status":"pending"}"""));
    }

    [Fact]
    public async Task Put_ByAUser_Is403BeforeAnythingIsRead()
    {
        AssertDetail(403, "Access denied - service role required", await PutAsync("/api/match/nonsense", "{", role: null));
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task Put_WithEqualUsers_Is422()
    {
        var answer = await PutAsync(Path, """{"user1_id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","user2_id":"2B0F4A76-8A5E-4F63-8D0E-7F1D7A9B3C33","status":"accepted"}""");

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            new FieldError("value_error", "body.user2_id", "Value error, a match is between two different users", "\"2B0F4A76-8A5E-4F63-8D0E-7F1D7A9B3C33\""),
            Assert.Single(FieldError.AllOf(answer)));
    }

    [Fact]
    public async Task Put_WithEverythingWrong_ListsPathAndBody()
    {
        var answer = await PutAsync("/api/match/nonsense", """{"user2_id":"x","status":"maybe"}""");

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            ["uuid_parsing path.match_id", "missing body.user1_id", "uuid_parsing body.user2_id", "literal_error body.status"],
            FieldError.AllOf(answer).Select(error => $"{error.Type} {error.Location}"));
        Assert.Equal("Input should be 'pending', 'accepted' or 'declined'", FieldError.AllOf(answer)[^1].Message);
    }
}
