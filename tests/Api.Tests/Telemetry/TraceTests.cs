using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Orleans.Configuration;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Testing;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>A request's trace goes from HTTP through the grain to the statement. A request that is not sampled has no trace.</summary>
[Collection(OneAtATime)]
public sealed class TraceTests
{
    /// <summary>The collection of the tests that see the spans of all requests of this process.</summary>
    public const string OneAtATime = "spans of requests";

    private const string Secret = "a shared secret of more than thirty-two bytes";

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

    private static string Parent(ActivityTraceId trace, string flags) => $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}";

    private static bool IsCall(Activity span) => span.Source.Name == CallTrace.SourceName;

    private static bool IsStatement(Activity span) => span.Source.Name == "Wingman.Storage";

    private static bool IsWrite(Activity span) => IsStatement(span) && span.DisplayName == "writes of sessions";

    private static bool IsRequest(Activity span) => span is { Source.Name: "Wingman.Requests", Kind: ActivityKind.Server };

    private static string[] Arguments(string database, TestTokens tokens, params (string Name, string Value)[] others)
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
        foreach (var (name, value) in others) settings[name] = value;
        return [.. settings.Select(static setting => $"--{setting.Key}={setting.Value}")];
    }

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

    private static async Task<int> ConfirmAsync(HttpClient http, TestTokens tokens, Guid session, Guid user, string? parent = null)
    {
        using var confirm = new HttpRequestMessage(HttpMethod.Post, "/api/session/confirm-completion");
        confirm.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForUser(user));
        if (parent is not null) confirm.Headers.Add("traceparent", parent);
        confirm.Content = new StringContent($$"""{"session_id":"{{session}}"}""", Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(confirm);
        return (int)answer.StatusCode;
    }

    private static async Task<string?> HostOfConfirmationAsync(string database, Guid session)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var find = source.CreateCommand("select host from wingman.events where session_id = $1 and kind = 'confirmed'");
        find.Parameters.AddWithValue(session);
        return (string?)await find.ExecuteScalarAsync();
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

    /// <summary>A session's row that another connection keeps locked until this is disposed.</summary>
    private sealed class LockedRow(NpgsqlDataSource source, NpgsqlConnection holder) : IAsyncDisposable
    {
        public static async Task<LockedRow> LockAsync(string database, Guid session)
        {
            var source = NpgsqlDataSource.Create(database);
            var holder = await source.OpenConnectionAsync();
            await using var hold = new NpgsqlCommand($"begin; select from wingman_sessions where id = '{session}' for update", holder);
            await hold.ExecuteNonQueryAsync();
            return new(source, holder);
        }

        /// <summary>Whether a statement waits for a lock.</summary>
        public static async Task<bool> HoldsUpAsync(string database, CancellationToken cancellation)
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var waiting = source.CreateCommand(
                "select exists (select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database())");
            return (bool)(await waiting.ExecuteScalarAsync(cancellation))!;
        }

        public async ValueTask DisposeAsync()
        {
            // Closing a connection ends its transaction.
            await holder.DisposeAsync();
            await source.DisposeAsync();
        }
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

        public IReadOnlyCollection<Activity> All => _spans;

        /// <summary>Adds it to a host.</summary>
        public void CollectFrom(WebApplicationBuilder host) =>
            host.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(new SimpleActivityExportProcessor(this)));

        public List<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch) _spans.Enqueue(span);
            return ExportResult.Success;
        }
    }
}
