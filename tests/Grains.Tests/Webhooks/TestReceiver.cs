using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>A message that was received, accepted or not.</summary>
internal sealed record Arrival(string Path, string Id, string Type, Guid Key, string Body, bool IsAccepted);

/// <summary>A real HTTP server that receives webhooks, at a path for each receiver. Each message is checked by the standard's own verifier.</summary>
internal sealed class TestReceiver : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly ConcurrentDictionary<string, Func<Arrival, HttpContext, Task>> _answers = new();
    private WebApplication _server = null!;

    private TestReceiver(int port) => Port = port;

    public int Port { get; }

    /// <summary>Whether signatures are checked. A test whose clock differs much from the machine's does not check them.</summary>
    public bool IsVerifying { get; set; } = true;

    public static async Task<TestReceiver> StartAsync()
    {
        var receiver = new TestReceiver(Wingman.Testing.FreePorts.Next());
        await receiver.ListenAsync();
        return receiver;
    }

    public string Url(string name, string host = "127.0.0.1") => $"http://{host}:{Port}/{name}";

    /// <summary>Begins to listen, at the same port as before.</summary>
    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Port}");
        _server = builder.Build();
        _server.Run(ReceiveAsync);
        await _server.StartAsync();
    }

    /// <summary>Stops the server.</summary>
    public async Task StopAsync() => await _server.DisposeAsync();

    /// <summary>What to answer at a path instead of 204.</summary>
    public void Answer(string path, Func<Arrival, HttpContext, Task> answer) => _answers[path] = answer;

    /// <summary>Answers with a status.</summary>
    public void Answer(string path, int status) => Answer(path, (_, http) =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <summary>Accepts again.</summary>
    public void Accept(string path) => _answers.TryRemove(path, out _);

    public Arrival[] All(string path) => [.. _arrivals.Where(arrival => arrival.Path == path)];

    public Arrival[] Accepted(string path) => [.. All(path).Where(static arrival => arrival.IsAccepted)];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (IsVerifying) new StandardWebhook(Secret).Verify(body, http.Request.Headers);
        using var json = JsonDocument.Parse(body);
        var data = json.RootElement.GetProperty("data");
        var key = data.TryGetProperty("session_id", out var session) ? session.GetGuid() : data.GetProperty("user_id").GetGuid();
        var path = http.Request.Path.Value![1..];
        var arrival = new Arrival(path, http.Request.Headers["webhook-id"].ToString(), json.RootElement.GetProperty("type").GetString()!, key, body, false);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        if (_answers.TryGetValue(path, out var answer)) await answer(arrival, http);
        _arrivals.Enqueue(arrival with { IsAccepted = http.Response.StatusCode is >= 200 and < 300 && !http.RequestAborted.IsCancellationRequested });
    }
}
