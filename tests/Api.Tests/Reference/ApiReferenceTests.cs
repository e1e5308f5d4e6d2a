using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Wire;

namespace Wingman.Api.Tests.Reference;

public sealed class ApiReferenceTests : StubbedApi
{
    [Theory]
    [InlineData("/api/session/confirm-completion", "post", "200 400 401 403 404 408 409 413 415 422 429 500 503")]
    [InlineData("/api/session/{session_id}/confirm", "post", "200 400 401 403 404 408 409 413 415 422 429 500 503")]
    [InlineData("/api/session/{session_id}/notes", "patch", "200 400 401 403 404 408 409 413 415 422 429 500 503")]
    [InlineData("/api/session/create", "post", "200 400 401 403 404 408 409 413 415 422 429 500 503")]
    [InlineData("/api/session/{session_id}/cancel", "post", "200 400 401 403 404 409 422 429 500 503")]
    [InlineData("/api/session/{session_id}", "get", "200 400 401 403 404 422 429 500 503")]
    [InlineData("/api/session/{session_id}/events", "get", "200 400 401 403 404 422 429 500 503")]
    [InlineData("/api/match/{match_id}", "put", "200 201 400 401 403 408 409 413 415 422 429 500 503")]
    [InlineData("/api/caller", "get", "200 400 401 429 500 503")]
    [InlineData("/api/user/reputation/{user_id}", "get", "200 400 401 422 429 500 503")]
    [InlineData("/api/user/reputation/cache/invalidate/{user_id}", "post", "200 400 401 422 429 500 503")]
    [InlineData("/api/user/reputation/cache/invalidate-all", "post", "200 400 401 429 500 503")]
    [InlineData("/api/user/reputation/{user_id}/history", "get", "200 400 401 403 422 429 500 503")]
    public async Task Description_ListsEveryStatusOfEveryEndpoint(string path, string method, string statuses)
    {
        using var document = await ReadAsync();
        var operations = document.RootElement.GetProperty("paths").GetProperty(path);

        Assert.Equal(method, Assert.Single(operations.EnumerateObject()).Name);
        var operation = operations.GetProperty(method);
        Assert.Equal(statuses, string.Join(' ', operation.GetProperty("responses").EnumerateObject().Select(response => response.Name)));
        Assert.True(operation.GetProperty("security")[0].TryGetProperty("bearer", out _));
        Assert.Equal(method != "get" && !path.EndsWith("cancel", StringComparison.Ordinal) && !path.Contains("invalidate", StringComparison.Ordinal), operation.TryGetProperty("requestBody", out _));
    }

    /// <summary>Clients are generated from the checked-in document. WINGMAN_ACCEPT_OPENAPI=1 makes the test write it.</summary>
    [Fact]
    public async Task Description_IsTheOneThatIsCheckedIn() => await GeneratedFile.CheckAsync("docs/openapi.json", await DescribeAsync());

    // Anyone may ask for it, so a request for it must cost little.
    [Fact]
    public async Task Description_IsGeneratedOnce()
    {
        var generated = 0;
        Api.Services.GetRequiredService<IOptionsMonitor<OpenApiOptions>>().Get("v1").AddDocumentTransformer((_, _, _) =>
        {
            Interlocked.Increment(ref generated);
            return Task.CompletedTask;
        });

        var first = await Api.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var second = await Api.SendAsync(HttpMethod.Get, "/openapi/v1.json?x=1");

        Assert.Equal((200, first.Body), (second.Status, second.Body));
        Assert.Equal(("application/json", "utf-8"), (second.ContentHeaders.ContentType?.MediaType, second.ContentHeaders.ContentType?.CharSet));
        Assert.Equal(1, generated);
    }

    [Fact]
    public async Task Description_OfAStream_IsOfWhatIsSent()
    {
        using var document = await ReadAsync();
        var stream = document.RootElement.GetProperty("paths").GetProperty("/api/session/{session_id}/events").GetProperty("get").GetProperty("responses").GetProperty("200");

        var schema = stream.GetProperty("content").GetProperty("text/event-stream").GetProperty("schema");
        Assert.Equal("#/components/schemas/LiveEvent", schema.GetProperty("$ref").GetString());
        Assert.Contains("event: confirmed\ndata: {\"user_id\"", stream.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject(),
            static known => known.Name.StartsWith("SseItem", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Description_NamesEveryCode()
    {
        using var document = await ReadAsync();

        var codes = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("ErrorBody").GetProperty("properties").GetProperty("code").GetProperty("enum");
        Assert.Equal(
            Enum.GetNames<RefusalCode>().Select(name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name)).Order(StringComparer.Ordinal),
            codes.EnumerateArray().Select(code => code.GetString()).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Description_ListsNoPathWithoutARow()
    {
        var test = typeof(ApiReferenceTests).GetMethod(nameof(Description_ListsEveryStatusOfEveryEndpoint))!;
        var rows = test.GetCustomAttributes<InlineDataAttribute>().SelectMany(row => row.GetData(test)).Select(static row => (string)row[0]);
        using var document = await ReadAsync();

        var without = document.RootElement.GetProperty("paths").EnumerateObject().Select(static path => path.Name).Except(rows).ToList();

        Assert.True(without.Count == 0, $"{nameof(Description_ListsEveryStatusOfEveryEndpoint)} has no row with the statuses of {string.Join(", ", without)}.");
    }

    [Fact]
    public async Task Description_NamesTheFieldsAsTheWireDoes()
    {
        using var document = await ReadAsync();
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");

        Assert.Equal(
            ["success", "message", "both_confirmed", "reputation_updated", "session_status"],
            schemas.GetProperty("ConfirmCompletionAnswer").GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["score", "completed_sessions", "no_shows", "badge_color", "cache_timestamp"],
            schemas.GetProperty("ReputationView").GetProperty("properties").EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Description_SaysWhichFieldsARequestNeeds()
    {
        using var document = await ReadAsync();
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");

        Assert.Equal("match_id venue_name time", Texts(schemas.GetProperty("CreateSessionRequest").GetProperty("required")));
        Assert.Equal("user1_id user2_id status", Texts(schemas.GetProperty("PutMatchRequest").GetProperty("required")));
        Assert.Equal("pending accepted declined", Texts(schemas.GetProperty("PutMatchRequest").GetProperty("properties").GetProperty("status").GetProperty("enum")));
        Assert.Equal("date-time", schemas.GetProperty("CreateSessionRequest").GetProperty("properties").GetProperty("time").GetProperty("format").GetString());
    }

    /// <summary>The document as a host outside Development gives it.</summary>
    internal static async Task<string> DescribeAsync()
    {
        await using var api = await ApiHost.StartAsync(
            new StubGrains(), "Production", ("Authentication:SharedSecret", "a shared secret of more than thirty-two bytes"), ("Authentication:Issuer", "issuer"));
        return (await api.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative))).ReplaceLineEndings("\n") + "\n";
    }

    private static string Texts(JsonElement array) => string.Join(' ', array.EnumerateArray().Select(text => text.GetString()));

    [Fact]
    public async Task Page_LoadsNothingFromElsewhere()
    {
        var page = await Api.SendAsync(HttpMethod.Get, "/docs/");

        Assert.Equal((200, "text/html"), (page.Status, page.ContentHeaders.ContentType?.MediaType));
        Assert.DoesNotContain("https://", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"//", page.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Get, "/docs/scalar.js")).Status);
    }

    private async Task<JsonDocument> ReadAsync()
    {
        var answer = await Api.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Body);
    }
}
