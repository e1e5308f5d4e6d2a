using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Testing;
using static Wingman.Api.Tests.Telemetry.TracedRequests;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>A request's trace goes from HTTP through the grain to the statement. A request that is not sampled has no trace.</summary>
[Collection(OneAtATime)]
public sealed class TraceTests
{
    /// <summary>The collection of the tests that see the spans of all requests of this process.</summary>
    public const string OneAtATime = "spans of requests";

    [Fact]
    public async Task Confirmation_ThatIsSampled_IsOneTraceOfHttpGrainAndStatement_AndOtherwiseNone()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        var seen = new SeenSpans();
        await using var app = await WingmanApi.BuildAsync(Arguments(database, tokens), seen.CollectFrom);
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(app.Urls.First()) };
        var (sampled, unsampled, probe) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());

        using var health = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { "traceparent", Parent(probe, "01") } } };
        using var healthy = await http.SendAsync(health);
        Assert.Equal(200, await ConfirmAsync(http, tokens, session, user, Parent(unsampled, "00")));
        Assert.Equal(200, await ConfirmAsync(http, tokens, session, user, Parent(sampled, "01")));

        var trace = await Eventually.BecomesAsync("the trace has the request's span", _ => Task.FromResult(seen.Of(sampled)), static spans => spans.Any(IsRequest));
        var request = trace.Single(IsRequest);
        Assert.Equal("POST /api/session/confirm-completion", request.DisplayName);
        Assert.Equal(200, request.GetTagItem("http.response.status_code"));
        var call = trace.Single(IsCall);
        Assert.Equal("ConfirmCompletionAsync", call.DisplayName);
        Assert.Equal(request.SpanId, call.ParentSpanId);
        var statements = trace.Where(IsStatement).ToList();
        Assert.NotEmpty(statements);
        Assert.All(statements, statement =>
        {
            Assert.Equal(call.SpanId, statement.ParentSpanId);
            Assert.Equal(call.SpanId, Assert.Single(statement.Links).Context.SpanId);
            Assert.Equal("postgresql", statement.GetTagItem("db.system.name"));
            Assert.Equal(1, statement.GetTagItem("db.operation.batch.size"));
        });
        Assert.Empty(seen.Of(unsampled));
        Assert.Empty(seen.Of(probe));
    }

    [Fact]
    public async Task Confirmations_ThatShareABatch_AreEachLinkedToByItsSpan()
    {
        const int Requests = 5;
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        var operations = $"http://127.0.0.1:{FreePorts.Next()}";
        // One lane, which a locked row holds up; and limits so high that only the test decides when it continues.
        (string, string)[] oneLane =
        [
            ("Wingman:Operations:Url", operations), ("Wingman:Storage:Lanes", "1"), ("Wingman:Storage:LockTimeout", "00:00:10"),
            ("Wingman:Storage:StatementTimeout", "00:00:20"), ("Wingman:Storage:Deadline", "00:00:30"),
        ];
        var seen = new SeenSpans();
        await using var app = await WingmanApi.BuildAsync(Arguments(database, tokens, oneLane), builder =>
        {
            seen.CollectFrom(builder);
            builder.Services.PostConfigure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(30));
        });
        await app.StartAsync();
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(app.Urls.First()) };
        var first = await InsertSessionAsync(database);
        var sessions = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => InsertSessionAsync(database)));
        ActivityTraceId[] traces = [.. sessions.Select(static _ => ActivityTraceId.CreateRandom())];
        List<Task<int>> answers = [];

        await using (await LockedRow.LockAsync(database, first.Session))
        {
            answers.Add(ConfirmAsync(http, tokens, first.Session, first.User, Parent(ActivityTraceId.CreateRandom(), "00")));
            await Eventually.IsTrueAsync("the lane waits for the locked row", checking => LockedRow.HoldsUpAsync(database, checking));
            answers.AddRange(sessions.Zip(traces, (session, trace) => ConfirmAsync(http, tokens, session.Session, session.User, Parent(trace, "01"))));
            await Eventually.BecomesAsync(
                "all others wait for the lane",
                checking => http.GetStringAsync(new Uri($"{operations}/metrics"), checking),
                static metrics => Regex.IsMatch(metrics, $$"""^wingman_storage_queue_length\{.*queue="writes of sessions".*\} {{Requests}}\b""", RegexOptions.Multiline));
        }

        Assert.All(await Task.WhenAll(answers), static status => Assert.Equal(200, status));
        var writes = await Eventually.BecomesAsync(
            "the span of the others' batch is there", _ => Task.FromResult(seen.All.Where(IsWrite).ToList()), static writes => writes.Count > 0);
        var batch = Assert.Single(writes);
        Assert.Equal(Requests, batch.GetTagItem("db.operation.batch.size"));
        Assert.Equal(
            traces.Select(trace => (trace, seen.Of(trace).Single(IsCall).SpanId)).ToHashSet(),
            batch.Links.Select(static link => (link.Context.TraceId, link.Context.SpanId)).ToHashSet());
        Assert.Equal(Requests, batch.Links.Count());
    }

    [Fact]
    public async Task Confirmation_WhoseGrainIsInAnotherHost_IsOneTraceOfBothHosts()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        var port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        await using var silo = await BuildSiloAsync(Arguments(database, tokens, ("Orleans:Endpoints:SiloPort", port)));
        await silo.StartAsync();
        var seen = new SeenSpans();
        await using var api = await WingmanApi.BuildAsync(Arguments(database, tokens, ("Wingman:Cohosted", "false")), seen.CollectFrom);
        await api.StartAsync();
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(api.Urls.First()) };
        var (session, user) = await InsertSessionAsync(database);
        var sampled = ActivityTraceId.CreateRandom();

        Assert.Equal(200, await ConfirmAsync(http, tokens, session, user, Parent(sampled, "01")));

        var trace = await Eventually.BecomesAsync(
            "the trace has the request's span and the write's", _ => Task.FromResult(seen.Of(sampled)), static spans => spans.Any(IsRequest) && spans.Any(IsWrite));
        var call = trace.Single(IsCall);
        Assert.Equal(trace.Single(IsRequest).SpanId, call.ParentSpanId);
        Assert.Equal(call.SpanId, trace.Single(IsWrite).ParentSpanId);
        Assert.Equal($"{Environment.MachineName}:{port}", await HostOfConfirmationAsync(database, session));
    }

    [Fact]
    public async Task Cancellation_IsLoggedWithItsTrace_RecordedOrNot_AndAConfirmationNotAtTheDefaultLevel()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        using var lines = new LoggedTraces();
        await using var app = await WingmanApi.BuildAsync(Arguments(database, tokens), builder => builder.Logging.AddProvider(lines));
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        var (confirmed, participant) = await InsertSessionAsync(database);
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = new Uri(app.Urls.First()) };
        var trace = ActivityTraceId.CreateRandom();
        using var cancel = new HttpRequestMessage(HttpMethod.Post, $"/api/session/{session}/cancel") { Headers = { { "traceparent", Parent(trace, "00") } } };
        cancel.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));

        Assert.Equal(200, await ConfirmAsync(http, tokens, confirmed, participant, Parent(ActivityTraceId.CreateRandom(), "00")));
        using var answer = await http.SendAsync(cancel);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains(lines.Seen, line => line.Text.StartsWith($"Session {session} is Cancelled", StringComparison.Ordinal) && line.Trace == trace);
        Assert.DoesNotContain(lines.Seen, line => line.Text.Contains($"{confirmed}", StringComparison.Ordinal));
    }

    private static string Parent(ActivityTraceId trace, string flags) => $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}";

    // As the silo's own program builds it.
    private static async Task<WebApplication> BuildSiloAsync(string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        await builder.AddWingmanDatabaseAsync();
        builder.AddWingmanSilo();
        builder.AddOperations();
        var silo = builder.Build();
        silo.UseOperations();
        return silo;
    }

    private static async Task<string?> HostOfConfirmationAsync(string database, Guid session)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var find = source.CreateCommand("select host from wingman.events where session_id = $1 and kind = 'confirmed'");
        find.Parameters.AddWithValue(session);
        return (string?)await find.ExecuteScalarAsync();
    }
}
