using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Wingman.Testing;

namespace Wingman.Chaos.Upgrades;

/// <summary>A receiver of webhooks, which records the sessions that are reported to it as completed.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _port = FreePorts.Next();
    private readonly Task _receiving;

    public EventReceiver()
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    /// <summary>The sessions, each with the number of its messages.</summary>
    public ConcurrentDictionary<Guid, int> Completed { get; } = [];

    /// <summary>A host's settings that name it.</summary>
    public ServiceSettings At(ServiceSettings settings) => settings
        .With("Wingman:Webhooks:Receivers:0:Name", "upgrade")
        .With("Wingman:Webhooks:Receivers:0:Url", $"http://127.0.0.1:{_port}/events")
        .With("Wingman:Webhooks:Receivers:0:Secrets:0", $"whsec_{Convert.ToBase64String(new byte[32])}")
        .With("Wingman:Webhooks:Receivers:0:AllowHttp", "true")
        .With("Wingman:Webhooks:Receivers:0:AllowPrivateAddresses", "true")
        .With("Wingman:Webhooks:FirstRetry", "00:00:01");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _receiving;
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            try
            {
                var request = await _listener.GetContextAsync();
                var body = await JsonSerializer.DeserializeAsync<JsonElement>(request.Request.InputStream);
                if (body.GetProperty("type").GetString() == "session.completed")
                    Completed.AddOrUpdate(body.GetProperty("data").GetProperty("session_id").GetGuid(), 1, static (_, count) => count + 1);
                request.Response.StatusCode = (int)HttpStatusCode.NoContent;
                request.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }
}
