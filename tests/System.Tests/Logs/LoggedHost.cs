using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Operators;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>A session in the database, and one of its two users.</summary>
internal sealed record LoggedSession(Guid Id, Guid User);

/// <summary>One host on a database of its own, all of whose output is kept. It has an operator, a service key and a receiver of webhooks.</summary>
internal sealed class LoggedHost : IAsyncDisposable
{
    /// <summary>The operator, the service key and the receiver of webhooks: names, which are logged.</summary>
    public const string Operator = "olga";
    public const string KeyName = "backend";
    public const string Receiver = "billing";

    /// <summary>The key itself.</summary>
    public const string ServiceKey = $"wm_secret_{Canary.Secret}";

    private readonly string _logFile = Path.GetTempFileName();
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
    private readonly HttpClient _http = new(new DocumentedHandler(new SocketsHttpHandler()));
    private readonly ServiceProcess _process;
    private readonly NpgsqlDataSource _database;
    private OperatorClient? _operator;

    private LoggedHost(HostKind kind, string environment, string connectionString)
    {
        IsJson = environment != "Development";
        ConnectionString = $"{connectionString};Password={Canary.Secret}";
        // Tests end the connections of their hosts to the database, and would end idle ones of a pool too.
        _database = NpgsqlDataSource.Create($"{connectionString};Pooling=false");
        _process = new(Configure(ServiceSettings.ForCluster(kind, "logged", ConnectionString, TestCluster.Secret, _tokens) with
        {
            Environment = environment,
            LogFile = _logFile,
        }));
    }

    /// <summary>What webhooks are signed with.</summary>
    public static string WebhookSecret { get; } = $"whsec_{Convert.ToBase64String("the s3cr3t of the webhooks of tests"u8)}";

    /// <summary>Whether its lines are JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Its database, with a password that the server does not ask for.</summary>
    public string ConnectionString { get; }

    /// <summary>Who gets its webhooks.</summary>
    public RawServer Webhooks { get; } = new();

    /// <summary>The users' port.</summary>
    public Uri Address => _process.Address;

    /// <summary>A token of the service role.</summary>
    public string ServiceToken => _tokens.ForService();

    public static async Task<LoggedHost> StartAsync(HostKind kind, string environment)
    {
        var host = new LoggedHost(kind, environment, await TestPostgres.CreateDatabaseAsync());
        // The product's own table takes any status.
        await host.ExecuteAsync("alter table wingman_sessions drop constraint wingman_sessions_status_check");
        await host._process.StartAndWaitAsync();
        return host;
    }

    /// <summary>Does something that the host may log.</summary>
    /// <returns>What it wrote meanwhile, up to the line of a repair that is made afterwards: so nothing is missing.</returns>
    public async Task<LogText> LogOfAsync(Func<Task> act)
    {
        var begin = ReadLog().LastIndexOf('\n') + 1;

        await act();

        var (session, _) = await InsertSessionAsync();
        var client = await SignedInAsync();
        await Eventually.BecomesAsync(
            "the session is repaired",
            _ => client.PostJsonAsync($"/support/repair/session/{session}/cancel", """{"reason":"the end of a test's part of the log"}"""),
            static answer => answer.Status == 200);
        var mark = $"Session {session} is Cancelled after the repair Cancel by the operator {Operator}";
        var log = await Eventually.BecomesAsync($"the log has: {mark}", _ => Task.FromResult(ReadLog()[begin..]), text => EndOf(mark, text) > 0);
        return new(log[..EndOf(mark, log)], IsJson);
    }

    /// <summary>Returns when the host has written a text, from now on.</summary>
    public async Task WritesAsync(string text, Func<Task> act)
    {
        var begin = ReadLog().Length;
        await act();
        await Eventually.BecomesAsync($"the log has: {text}", _ => Task.FromResult(ReadLog()[begin..]), log => log.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Returns when the host is ready.</summary>
    public Task BecomesReadyAsync() => _process.WaitUntilReadyAsync();

    /// <summary>The operator, signed in: once, since attempts are limited.</summary>
    public async Task<OperatorClient> SignedInAsync()
    {
        if (_operator is { } known) return known;

        var client = Stranger();
        var answer = await client.SignInAsync(Operator, OperatedFixture.Secret);
        Assert.True(answer.Status == 303, answer.ToString());
        return _operator = client;
    }

    /// <summary>Somebody at the operators' port who has not signed in.</summary>
    public OperatorClient Stranger() => new(_process.Operations);

    /// <summary>Calls the API as a user.</summary>
    public async Task<(int Status, string Body)> CallAsync(HttpMethod method, string path, Guid user, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.ForUser(user));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Confirms a session as its user.</summary>
    public Task<(int Status, string Body)> ConfirmAsync(LoggedSession session) =>
        CallAsync(HttpMethod.Post, "/api/session/confirm-completion", session.User, $$"""{"session_id":"{{session.Id}}"}""");

    /// <summary>Inserts a session of a new match, as another program does.</summary>
    public async Task<LoggedSession> InsertSessionAsync(string status = "scheduled", string? notes = null)
    {
        var session = new LoggedSession(Guid.NewGuid(), Guid.NewGuid());
        await ExecuteAsync(
            """
            with m as (insert into wingman_matches (user1_id, user2_id, status) values ($2, gen_random_uuid(), 'accepted') returning id)
            insert into wingman_sessions (id, match_id, scheduled_time, status, notes) select $1, id, now() + interval '1 day', $3, $4 from m
            """,
            session.Id, session.User, status, notes ?? "");
        return session;
    }

    /// <summary>Writes to the database, as another program does.</summary>
    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = _database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _operator?.Dispose();
        await _process.DisposeAsync();
        await Webhooks.DisposeAsync();
        await _database.DisposeAsync();
        _http.Dispose();
        _tokens.Dispose();
        File.Delete(_logFile);
    }

    private ServiceSettings Configure(ServiceSettings settings) => settings
        .With("Logging:LogLevel:Wingman", "Debug")
        .With($"Wingman:Operators:{Operator}", OperatedFixture.Hash)
        .With("Wingman:Operations:Dashboard", "false")
        .With($"Authentication:ServiceKeys:{KeyName}", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ServiceKey))))
        .With("Wingman:Log:TrimInterval", "00:00:01")
        .With("Wingman:Webhooks:Receivers:0:Name", Receiver)
        .With("Wingman:Webhooks:Receivers:0:Url", $"{Webhooks.Address}?token={Canary.Secret}")
        .With("Wingman:Webhooks:Receivers:0:Secrets:0", WebhookSecret)
        .With("Wingman:Webhooks:Receivers:0:AllowHttp", "true")
        .With("Wingman:Webhooks:Receivers:0:AllowPrivateAddresses", "true")
        .With("Wingman:Webhooks:Interval", "00:00:00.05")
        .With("Wingman:Webhooks:FirstRetry", "00:00:00.05")
        .With("Wingman:Webhooks:LongestRetry", "00:00:00.2")
        .With("Wingman:Webhooks:MaxAttempts", "100");

    private string ReadLog()
    {
        using var file = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    // The end of the line that has the mark; 0 where it is not yet written whole.
    private static int EndOf(string mark, string text) => text.IndexOf(mark, StringComparison.Ordinal) is var at and >= 0 ? text.IndexOf('\n', at) + 1 : 0;
}
