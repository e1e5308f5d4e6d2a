using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>The service as it runs in production: API and silo in one process, a real database, signed tokens, SIGTERM to stop.</summary>
public sealed class RunningApi : IAsyncDisposable
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly ServiceProcess _process;
    private readonly HttpClient _client;

    private RunningApi(string connectionString, (string Name, string Value)[] settings)
    {
        ConnectionString = connectionString;
        var service = ServiceSettings.ForCluster(HostKind.Api, "api", connectionString, Secret, _tokens);
        _process = new ServiceProcess(settings.Aggregate(service, static (all, one) => all.With(one.Name, one.Value)));
        _client = new HttpClient { BaseAddress = _process.Address };
    }

    /// <summary>The database, for other writers in a test.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the API listens, for requests that no HTTP client would send.</summary>
    public Uri Address => _process.Address;

    /// <summary>Signs the tokens that the service accepts.</summary>
    public TestTokens Tokens => _tokens;

    /// <summary>The last lines that the service wrote.</summary>
    public string Log => _process.Log;

    public static async Task<RunningApi> StartAsync(params (string Name, string Value)[] settings)
    {
        var api = new RunningApi(await TestPostgres.CreateDatabaseAsync(), settings);
        await api._process.StartAndWaitAsync();
        return api;
    }

    /// <summary>Stops the service as an operator would, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await _process.StartAndWaitAsync();
    }

    /// <summary>Sends a request as a user, or as the service role.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, Guid? user = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user is { } id ? _tokens.ForUser(id) : _tokens.ForService());
        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        DocumentedAnswers.Check(method, request.RequestUri!, (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body);
        return new((int)response.StatusCode, body, response.Headers, response.Content.Headers);
    }

    /// <summary>Opens a live stream of a session.</summary>
    public Task<LiveClient> WatchAsync(Guid session, Guid user, string? lastEventId = null, TimeSpan? tokenLifetime = null) =>
        LiveClient.OpenAsync(_process.Address, session, _tokens.ForUser(user, tokenLifetime), lastEventId);

    /// <summary>The value of a gauge of the service, summed over all labels.</summary>
    public async Task<long> ReadGaugeAsync(string name, CancellationToken cancellation)
    {
        var metrics = await _client.GetStringAsync(new Uri(_process.Operations, "/metrics"), cancellation);
        Assert.Contains(name, metrics, StringComparison.Ordinal);
        return Regex.Matches(metrics, $@"^{name}(\{{.*\}})? (\d+)", RegexOptions.Multiline).Sum(static line => long.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.IsRunning) await StopAsync();
        await _process.DisposeAsync();
        _client.Dispose();
        _tokens.Dispose();
    }

    private async Task StopAsync()
    {
        var exitCode = await _process.StopAsync();
        Assert.True(exitCode == 0, $"Exit code {exitCode} after SIGTERM: {_process.Log}");
    }
}
