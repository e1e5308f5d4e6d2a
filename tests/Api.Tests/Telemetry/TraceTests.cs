using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Wingman.Testing;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>A request's trace goes from HTTP through the grain to the statement. A request that is not sampled has no trace.</summary>
public sealed class TraceTests
{
    private const string Secret = "a shared secret of more than thirty-two bytes";

    [Fact]
    public async Task Confirmation_ThatIsSampled_IsOneTraceOfHttpGrainAndStatement_AndOtherwiseNone()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        var seen = new SeenSpans();
        await using var app = await WingmanApi.BuildAsync(Arguments(database, tokens), builder => builder.Services.ConfigureOpenTelemetryTracerProvider(
            traces => traces.AddProcessor(new SimpleActivityExportProcessor(seen))));
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var (sampled, unsampled, probe) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());

        using var health = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { "traceparent", Parent(probe, "01") } } };
        using var healthy = await http.SendAsync(health);
        Assert.Equal(200, await ConfirmAsync(unsampled, "00"));
        Assert.Equal(200, await ConfirmAsync(sampled, "01"));

        var trace = await Eventually.BecomesAsync("the trace has the request's span", _ => Task.FromResult(seen.Of(sampled)), static spans => spans.Any(IsRequest));
        var request = trace.Single(IsRequest);
        Assert.Equal("POST /api/session/confirm-completion", request.DisplayName);
        Assert.Equal(200, request.GetTagItem("http.response.status_code"));
        var call = trace.Single(static span => span.Source.Name == CallTrace.SourceName);
        Assert.Equal("ConfirmCompletionAsync", call.DisplayName);
        Assert.Equal(request.SpanId, call.ParentSpanId);
        var statements = trace.Where(static span => span.Source.Name == "Wingman.Storage").ToList();
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

        async Task<int> ConfirmAsync(ActivityTraceId trace, string flags)
        {
            using var confirm = new HttpRequestMessage(HttpMethod.Post, "/api/session/confirm-completion");
            confirm.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));
            confirm.Headers.Add("traceparent", Parent(trace, flags));
            confirm.Content = new StringContent($$"""{"session_id":"{{session}}"}""", Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(confirm);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task Cancellation_IsLoggedWithItsTrace_RecordedOrNot()
    {
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var database = await TestPostgres.CreateDatabaseAsync();
        using var lines = new LoggedTraces();
        await using var app = await WingmanApi.BuildAsync(Arguments(database, tokens), builder => builder.Logging.AddProvider(lines));
        await app.StartAsync();
        var (session, user) = await InsertSessionAsync(database);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var trace = ActivityTraceId.CreateRandom();
        using var cancel = new HttpRequestMessage(HttpMethod.Post, $"/api/session/{session}/cancel") { Headers = { { "traceparent", Parent(trace, "00") } } };
        cancel.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));

        using var answer = await http.SendAsync(cancel);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains(lines.Seen, line => line.Text.StartsWith($"Session {session} is Cancelled", StringComparison.Ordinal) && line.Trace == trace);
    }

    private static string Parent(ActivityTraceId trace, string flags) => $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}";

    private static bool IsRequest(Activity span) => span is { Source.Name: "Microsoft.AspNetCore", Kind: ActivityKind.Server };

    private static string[] Arguments(string database, TestTokens tokens)
    {
        var settings = new Dictionary<string, string>
        {
            ["environment"] = "Production",
            ["urls"] = $"http://127.0.0.1:{FreePorts.Next()}",
            ["ConnectionStrings:Wingman"] = database,
            ["Wingman:Operations:Url"] = $"http://127.0.0.1:{FreePorts.Next()}",
            ["Wingman:Operations:ShutdownDelay"] = "00:00:00",
            ["Orleans:Endpoints:SiloPort"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
            ["Orleans:Endpoints:GatewayPort"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
            ["Authentication:SharedSecret"] = Secret,
            ["Authentication:Issuer"] = tokens.Issuer,
            ["Authentication:Audience"] = tokens.Audience,
            // Nothing listens at this address. The test reads the spans with a processor of its own.
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
        };
        return [.. settings.Select(static setting => $"--{setting.Key}={setting.Value}")];
    }

    private static async Task<(Guid Session, Guid User)> InsertSessionAsync(string database)
    {
        var (match, session, user) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await using var source = NpgsqlDataSource.Create(database);
        await using var insert = source.CreateCommand("""
            with m as (insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $3, gen_random_uuid(), 'accepted') returning id)
            insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status) select $2, id, 'Cafe', now() + interval '1 day', 'scheduled' from m
            """);
        foreach (var id in new[] { match, session, user }) insert.Parameters.AddWithValue(id);
        await insert.ExecuteNonQueryAsync();
        return (session, user);
    }

    /// <summary>Keeps the lines of the log, each with the trace that was the current one.</summary>
    private sealed class LoggedTraces : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(string Text, ActivityTraceId Trace)> Seen { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Seen.Enqueue((formatter(state, exception), Activity.Current?.TraceId ?? default));

        public void Dispose()
        {
        }
    }

    /// <summary>Keeps what would be sent to a collector.</summary>
    private sealed class SeenSpans : BaseExporter<Activity>
    {
        private readonly ConcurrentQueue<Activity> _spans = [];

        public List<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch) _spans.Enqueue(span);
            return ExportResult.Success;
        }
    }
}
