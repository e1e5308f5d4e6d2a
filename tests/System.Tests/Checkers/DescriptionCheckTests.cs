using System.Text;
using Wingman.Chaos.Load;
using Wingman.SystemTests.Logs;
using Wingman.SystemTests.Testing;
using Wingman.Testing;
using Wingman.Testing.Checking;

namespace Wingman.SystemTests.Checkers;

/// <summary>Answers to the load of a chaos run that the description of the API does not have are found.</summary>
public sealed class DescriptionCheckTests
{
    private const string NotFound = """{"detail":"Session not found"}""";

    private readonly Violations _violations = new(static _ => { });

    [Fact]
    public async Task InventedAnswerToTheLoad_IsFound_OnceForAll()
    {
        await using var server = new RawServer { Answer = DocumentedAnswersTests.Answer(418, NotFound) };
        await using var check = new DescriptionCheck(_violations);
        using var tokens = TestTokens.WithSharedSecret("a secret of this test, 32 bytes or more");
        using var client = new LoadClient(new([new EntryHost("invented", server.Address)]), tokens, static _ => { }, check.Take);

        for (var i = 0; i < 3; i++)
        {
            var call = await client.CallAsync(Random.Shared, HttpMethod.Get, $"/api/session/{Guid.NewGuid()}", Guid.NewGuid(), null, CancellationToken.None);
            Assert.Equal(418, call.Status);
        }

        await check.FinishAsync();
        var violation = Assert.Single(_violations.All);
        Assert.Equal("contract", violation.Rule);
        Assert.StartsWith("GET /api/session/{session_id} answered 418", violation.What, StringComparison.Ordinal);
        Assert.Equal(3, check.Compared);
    }

    [Fact]
    public async Task FirstAnswersOfEachKind_AndThenSomeOfThem_AreCompared()
    {
        await using var check = new DescriptionCheck(_violations);
        for (var i = 0; i < 1_000; i++) check.Take(Answer(404, NotFound));
        check.Take(Answer(409, NotFound));

        await check.FinishAsync();

        Assert.Equal(DescriptionCheck.First + (1_000 / DescriptionCheck.Every) - (DescriptionCheck.First / DescriptionCheck.Every) + 1, check.Compared);
        // Reading a session has no 409.
        Assert.StartsWith("GET /api/session/{session_id} answered 409", Assert.Single(_violations.All).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAnswer_IsCompared_WhereSpeedIsNotJudged()
    {
        await using var check = new DescriptionCheck(_violations, comparesAll: true);
        for (var i = 0; i < 1_000; i++) check.Take(Answer(404, NotFound));

        await check.FinishAsync();

        Assert.Equal(1_000, check.Compared);
    }

    [Fact]
    public async Task WrongShape_AfterTheFirstAnswers_IsFound()
    {
        await using var check = new DescriptionCheck(_violations);
        for (var i = 0; i < DescriptionCheck.First; i++) check.Take(Answer(404, NotFound));
        for (var i = 0; i < DescriptionCheck.Every; i++) check.Take(Answer(404, """{"error":"Session not found"}"""));

        await check.FinishAsync();

        Assert.Contains("is not as described", Assert.Single(_violations.All).What, StringComparison.Ordinal);
    }

    private static GivenAnswer Answer(int status, string body) =>
        new(HttpMethod.Get, new Uri($"http://host.test/api/session/{Guid.NewGuid()}"), status, "application/json", Encoding.UTF8.GetBytes(body));
}
