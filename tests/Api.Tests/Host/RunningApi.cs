using System.Net.Http.Headers;
using System.Text;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>The service as it runs in production: API and silo in one process, a real database, signed tokens, SIGTERM to stop.</summary>
public sealed class RunningApi : IAsyncDisposable
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private readonly ServiceProcess _process;
    private readonly HttpClient _client;

    private RunningApi(string connectionString)
    {
        _process = new ServiceProcess(ServiceSettings.ForCluster(HostKind.Api, "api", connectionString, Secret, _tokens));
        _client = new HttpClient { BaseAddress = _process.Address };
    }

    public static async Task<RunningApi> StartAsync()
    {
        var api = new RunningApi(await TestPostgres.CreateDatabaseAsync());
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
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user is { } id ? _tokens.ForUser(id) : _tokens.ForService());
        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Documented.Check(method, request.RequestUri!, (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body);
        return new((int)response.StatusCode, body, response.Headers, response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.IsRunning)
            await StopAsync();
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
