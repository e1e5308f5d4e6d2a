using System.Text;
using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Wire;

/// <summary>Errors in a body are reported in FastAPI's format.</summary>
public sealed class RequestBodyTests : StubbedApi
{
    private const string Path = "/api/session/confirm-completion";
    private const string Id = "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11";

    [Theory]
    [InlineData("{}", "missing", "body.session_id", "Field required", "{}")]
    [InlineData("""{ "other" : [ 1, "a b" ] }""", "missing", "body.session_id", "Field required", """{"other":[1,"a b"]}""")]
    [InlineData("""{"session_id":1}""", "string_type", "body.session_id", "Input should be a valid string", "1")]
    [InlineData("""{"session_id":null}""", "string_type", "body.session_id", "Input should be a valid string", "null")]
    [InlineData("""{"session_id":{"a":1}}""", "string_type", "body.session_id", "Input should be a valid string", """{"a":1}""")]
    [InlineData("""{"session_id":"nonsense"}""", "string_pattern_mismatch", "body.session_id", "String should match pattern '^[0-9a-f-]{36}$'", "\"nonsense\"")]
    [InlineData("""{"session_id":""}""", "string_pattern_mismatch", "body.session_id", "String should match pattern '^[0-9a-f-]{36}$'", "\"\"")]
    [InlineData("""{"session_id":"6F1B9D52-7C1C-4A4E-9A58-0C9A3C5D2E11"}""", "string_pattern_mismatch", "body.session_id", "String should match pattern '^[0-9a-f-]{36}$'", "\"6F1B9D52-7C1C-4A4E-9A58-0C9A3C5D2E11\"")]
    [InlineData("""{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11\n"}""", "string_pattern_mismatch", "body.session_id", "String should match pattern '^[0-9a-f-]{36}$'", "\"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11\\n\"")]
    [InlineData("""{"session_id":"------------------------------------"}""", "uuid_parsing", "body.session_id", "Input should be a valid UUID, in the form 8-4-4-4-12 hexadecimal digits", "\"------------------------------------\"")]
    [InlineData("""{"session_id":"6f1b9d527c1c4a4e9a580c9a3c5d2e110000"}""", "uuid_parsing", "body.session_id", "Input should be a valid UUID, in the form 8-4-4-4-12 hexadecimal digits", "\"6f1b9d527c1c4a4e9a580c9a3c5d2e110000\"")]
    [InlineData("""{"session_id":"\ud800"}""", "string_unicode", "body.session_id", "Input should be a valid string, unable to parse raw data as a unicode string", "\"\\ud800\"")]
    [InlineData("[1]", "model_attributes_type", "body", "Input should be a valid dictionary or object to extract fields from", "[1]")]
    [InlineData("\"text\"", "model_attributes_type", "body", "Input should be a valid dictionary or object to extract fields from", "\"text\"")]
    [InlineData("null", "missing", "body", "Field required", "null")]
    [InlineData("", "missing", "body", "Field required", "null")]
    [InlineData("{", "json_invalid", "body.1", "JSON decode error", "{}")]
    [InlineData("  ", "json_invalid", "body.2", "JSON decode error", "{}")]
    [InlineData("{\"ä\":1,\n\"b\":x}", "json_invalid", "body.12", "JSON decode error", "{}")]
    [InlineData("""{"a":1,}""", "json_invalid", "body.7", "JSON decode error", "{}")]
    [InlineData("""{"a":1} x""", "json_invalid", "body.8", "JSON decode error", "{}")]
    [InlineData("""{"a":NaN}""", "json_invalid", "body.5", "JSON decode error", "{}")]
    [InlineData("""{"session_id":"a","session_id":"b"}""", "json_invalid", "body", "JSON decode error: an object has the same key twice", "{}")]
    [InlineData("""{"session_id":"a","session\u005fid":"b"}""", "json_invalid", "body", "JSON decode error: an object has the same key twice", "{}")]
    [InlineData("""{"x":{"a":1,"a":2}}""", "json_invalid", "body", "JSON decode error: an object has the same key twice", "{}")]
    [InlineData("""{"\ud800":1}""", "json_invalid", "body", "JSON decode error: a key is not Unicode text", "{}")]
    [InlineData("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "json_invalid", "body.16", "JSON decode error", "{}")]
    public async Task Body_ThatIsWrong_Is422(string body, string type, string location, string message, string input)
    {
        var answer = await PostAsync(Path, body);

        Assert.Equal(422, answer.Status);
        Assert.Equal(new FieldError(type, location, message, input), Assert.Single(FieldError.AllOf(answer)));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(0, Grains.Calls);
    }

    [Theory]
    [InlineData("POST", "/api/session/confirm-completion", """{"session_id":"00000000-0000-0000-0000-000000000000"}""", "session_id")]
    [InlineData("POST", "/api/session/confirm-completion", """{"session_id":"00000000-0000-0000-0000-000000000000","other":1}""", "session_id")]
    [InlineData("POST", $"/api/session/{Id}/confirm", """{"buddy_user_id":"00000000-0000-0000-0000-000000000000"}""", "buddy_user_id")]
    [InlineData("POST", "/api/session/create", """{"match_id":"00000000-0000-0000-0000-000000000000","venue_name":"Bar","time":"2030-01-01"}""", "match_id")]
    [InlineData("POST", "/api/session/create", $$"""{"match_id":"{{Id}}","venue_name":"Bar","time":"2030-01-01","user1_challenge_id":"00000000-0000-0000-0000-000000000000"}""", "user1_challenge_id")]
    [InlineData("POST", "/api/session/create", $$"""{"match_id":"{{Id}}","venue_name":"Bar","time":"2030-01-01","user2_challenge_id":"00000000-0000-0000-0000-000000000000"}""", "user2_challenge_id")]
    [InlineData("PUT", $"/api/match/{Id}", $$"""{"user1_id":"00000000-0000-0000-0000-000000000000","user2_id":"{{Id}}","status":"accepted"}""", "user1_id")]
    [InlineData("PUT", $"/api/match/{Id}", $$"""{"user1_id":"{{Id}}","user2_id":"00000000-0000-0000-0000-000000000000","status":"accepted"}""", "user2_id")]
    public async Task Body_WithTheNilUuid_Is422(string method, string path, string body, string field)
    {
        var answer = await Api.SendAsync(new HttpMethod(method), path, body, User, method == "PUT" ? "service_role" : null);

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            new FieldError("value_error", $"body.{field}", "Value error, the nil UUID stands for nothing", "\"00000000-0000-0000-0000-000000000000\""),
            Assert.Single(FieldError.AllOf(answer)));
        Assert.Equal(0, Grains.Calls);
    }

    [Fact]
    public async Task Body_WithAPatternMismatch_IsAnsweredAsTheReportShows()
    {
        var answer = await PostAsync(Path, """{"session_id":"session-uuid"}""");

        Assert.Equal(
            """{"detail":[{"type":"string_pattern_mismatch","loc":["body","session_id"],"msg":"String should match pattern '^[0-9a-f-]{36}$'","input":"session-uuid"}]}""",
            answer.Body);
    }

    [Fact]
    public async Task Body_ThatIsNotUtf8_Is422()
    {
        var answer = await SendAsync(new ByteArrayContent([(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}']), "application/json");

        Assert.Equal(422, answer.Status);
        Assert.Equal("JSON decode error: the body is not UTF-8", Assert.Single(FieldError.AllOf(answer)).Message);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/vnd.wingman+json")]
    [InlineData(null)]
    public async Task ContentType_ThatIsJsonOrMissing_IsTaken(string? contentType) =>
        Assert.Equal(404, (await SendAsync(new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"session_id":"{{Id}}"}""")), contentType)).Status);

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    public async Task ContentType_ThatIsNotJson_Is415(string contentType) => AssertDetail(
        415,
        "The request body must be JSON in UTF-8 (Content-Type: application/json)",
        await SendAsync(new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"session_id":"{{Id}}"}""")), contentType));

    [Theory]
    [InlineData(32 * 1024, false, 404)]
    [InlineData((32 * 1024) + 1, false, 413)]
    // The server counts the lines around the chunks as well.
    [InlineData(32 * 1000, true, 404)]
    [InlineData((32 * 1024) + 1, true, 413)]
    public async Task Body_UpToTheLimitIsTaken_WithALengthOrInChunks(int length, bool chunked, int status)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"session_id":"{{Id}}"}""".PadRight(length));
        var content = chunked ? (HttpContent)new StreamContent(new Unseekable(json)) : new ByteArrayContent(json);

        var answer = await SendAsync(content, "application/json");

        Assert.Equal(status, answer.Status);
        if (status == 413) AssertDetail(413, "The request body is larger than 32768 bytes", answer);
    }

    [Theory]
    [InlineData("""{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","other":{"deep":[1,2]}}""")]
    [InlineData("""{"session\u005fid":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2\u006511"}""")]
    public async Task Body_ThatIsRightInAnotherSpelling_IsTaken(string body)
    {
        SessionId? seen = null;
        Grains.Confirm = (session, _) =>
        {
            seen = session;
            return Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.AlreadyCompleted, SessionStatus.Completed));
        };

        Assert.Equal(200, (await PostAsync(Path, body)).Status);
        Assert.Equal(new SessionId(Guid.Parse(Id)), seen);
    }

    [Fact]
    public async Task Body_MutatedAtRandom_IsNeverAServerError()
    {
        const int Seed = 20260101;
        var random = new Random(Seed);
        var good = Encoding.UTF8.GetBytes($$$"""{"session_id":"{{{Id}}}","x":{"y":[1,true,null,"\u00e9\ud83c\udf7a"]}}""");
        for (var round = 0; round < 2000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : good[random.Next(good.Length)];

            var answer = await SendAsync(new ByteArrayContent(bytes), "application/json");

            Assert.True(answer.Status is 404 or 422, $"Seed {Seed}, round {round}: {answer.Status} for {Convert.ToHexString(bytes)}");
            if (answer.Status == 422) Assert.NotEmpty(FieldError.AllOf(answer));
        }
    }

    private Task<Answer> SendAsync(HttpContent content, string? contentType)
    {
        content.Headers.ContentType = null;
        if (contentType is not null) content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = content };
        request.Headers.Add("X-Test-User-ID", User.ToString());
        return Api.SendAsync(request);
    }

    /// <summary>A stream of unknown length, which HttpClient sends in chunks.</summary>
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
