using System.Diagnostics;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Wingman.Testing;
using static Wingman.Api.Tests.Telemetry.TracedRequests;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>A request that comes without a trace begins one if it is sampled. One that is not sampled has no span.</summary>
[Collection(TraceTests.OneAtATime)]
public sealed class NewTraceTests
{
    [Theory]
    [InlineData("parentbased_traceidratio", "1")]
    [InlineData("traceidratio", "1")]
    [InlineData("always_on", null)]
    public async Task RequestWithoutATrace_ThatIsSampled_BeginsOne_WithWhatTheConventionsAskFor(string sampler, string? argument)
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        var seen = new SeenSpans();
        await using var app = await WingmanApi.BuildAsync(Sampled(database, tokens, sampler, argument), seen.CollectFrom);
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal(200, await ConfirmAsync(http, tokens, session, user));

        var spans = await Eventually.BecomesAsync("the request has a span", _ => Task.FromResult(seen.All), static spans => spans.Any(IsRequest));
        var request = spans.Single(IsRequest);
        Assert.Equal(default, request.ParentSpanId);
        Assert.Null(request.ParentId);
        Assert.Equal("POST /api/session/confirm-completion", request.DisplayName);
        var address = http.BaseAddress;
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["http.request.method"] = "POST",
                ["http.response.status_code"] = 200,
                ["http.route"] = "/api/session/confirm-completion",
                ["server.address"] = address.Host,
                ["server.port"] = address.Port,
                ["url.path"] = "/api/session/confirm-completion",
                ["url.scheme"] = "http",
            },
            request.TagObjects.ToDictionary());
        Assert.Equal(request.TraceId, spans.Single(IsCall).TraceId);
        Assert.Equal(request.TraceId, spans.Single(IsWrite).TraceId);
    }

    [Fact]
    public async Task RequestWithoutATrace_ThatIsNotSampled_HasNoSpan_AndItsLogLinesHaveAnId()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        using var lines = new LoggedTraces();
        var started = 0;
        // It samples nothing itself. No other test of this process begins requests with traces meanwhile.
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Wingman.Requests" or "Microsoft.AspNetCore",
            ActivityStarted = _ => Interlocked.Increment(ref started),
        };
        ActivitySource.AddActivityListener(listener);
        await using var app = await WingmanApi.BuildAsync(Sampled(database, tokens, "parentbased_traceidratio", "0"), builder => builder.Logging.AddProvider(lines));
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(app.Urls.First()) };
        using var cancel = new HttpRequestMessage(HttpMethod.Post, $"/api/session/{session}/cancel");
        cancel.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));

        using var answer = await http.SendAsync(cancel);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(0, started);
        Assert.Contains(lines.Seen, line => line.Text.StartsWith($"Session {session} is Cancelled", StringComparison.Ordinal) && line.Trace != default);
    }

    private static string[] Sampled(string database, TestTokens tokens, string sampler, string? argument)
    {
        (string, string)[] settings = argument is null ? [] : [("OTEL_TRACES_SAMPLER_ARG", argument)];
        return Arguments(database, tokens, [("OTEL_TRACES_SAMPLER", sampler), .. settings]);
    }
}
