using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;

namespace Wingman.Testing;

/// <summary>An event of a live stream as a client sees it.</summary>
public sealed record SeenEvent(string Name, JsonElement Data)
{
    /// <summary>The session's status in it; null where it has no session.</summary>
    public string? Status => Data.TryGetProperty("session", out var session) ? session.GetProperty("status").GetString() : null;
}

/// <summary>
/// A client that watches a session live, and keeps the events until a test reads them. Each is compared with the description of the API.
/// </summary>
public sealed class LiveClient : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new DocumentedHandler(new SocketsHttpHandler())) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly Channel<SeenEvent> _seen = Channel.CreateUnbounded<SeenEvent>();
    private readonly CancellationTokenSource _left = new();
    private readonly HttpResponseMessage _response;
    private readonly bool _comparesEvents;
    private readonly Task _reading;
    private SseParser<JsonElement>? _parser;
    private bool _isDisposed;

    private LiveClient(HttpResponseMessage response, bool comparesEvents)
    {
        (_response, _comparesEvents) = (response, comparesEvents);
        _reading = response.IsSuccessStatusCode ? ReadAsync() : Task.CompletedTask;
    }

    /// <summary>The answer's status.</summary>
    public HttpStatusCode Status => _response.StatusCode;

    /// <summary>The answer's content type.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.ToString();

    /// <summary>The id of the last event that had one.</summary>
    public string LastEventId => _parser!.LastEventId;

    /// <summary>How long the stream asks a client to wait before it reconnects.</summary>
    public TimeSpan Retry => _parser!.ReconnectionInterval;

    /// <summary>Opens a stream. Its events are not to be compared where the host may be of another version than the description.</summary>
    public static async Task<LiveClient> OpenAsync(Uri host, Guid session, string? token, string? lastEventId = null, bool comparesEvents = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host, $"/api/session/{session}/events"));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        return new(await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token), comparesEvents);
    }

    /// <summary>The next event that is no heartbeat.</summary>
    public async Task<SeenEvent> NextAsync()
    {
        while (true)
        {
            var next = await NextOfAnyKindAsync();
            if (next.Name != "heartbeat") return next;
        }
    }

    /// <summary>The next event.</summary>
    public async Task<SeenEvent> NextOfAnyKindAsync() => await _seen.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);

    /// <summary>Reads until an event of the name arrives.</summary>
    public async Task<SeenEvent> UntilAsync(string name)
    {
        List<string> others = [];
        while (true)
        {
            try
            {
                var next = await NextAsync();
                if (next.Name == name) return next;
                others.Add(next.Name);
            }
            catch (Exception failure) when (failure is TimeoutException or ChannelClosedException)
            {
                throw new InvalidOperationException($"No '{name}' came, only: {string.Join(", ", others)}", failure);
            }
        }
    }

    /// <summary>Waits until the host has ended the stream.</summary>
    public Task EndAsync() => _seen.Reader.Completion.WaitAsync(Eventually.Deadline);

    /// <summary>Closes the stream.</summary>
    /// <exception cref="UndocumentedAnswerException">The data of an event was not as described.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _left.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _response.Dispose();
        _left.Dispose();
        // It fails the test also if the test has read no further than to the events before it.
        if (_reading.Exception?.InnerException is UndocumentedAnswerException undocumented) throw undocumented;
    }

    private async Task ReadAsync()
    {
        try
        {
            await using var body = await _response.Content.ReadAsStreamAsync(_left.Token);
            _parser = SseParser.Create(body, static (_, data) => JsonElement.Parse(data));
            await foreach (var item in _parser.EnumerateAsync(_left.Token))
            {
                if (_comparesEvents) DocumentedAnswers.CheckEvent(item.EventType, item.Data);
                _seen.Writer.TryWrite(new(item.EventType, item.Data));
            }

            _seen.Writer.Complete();
        }
        catch (UndocumentedAnswerException undocumented)
        {
            _seen.Writer.Complete(undocumented);
            throw;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client closed the stream, or the host was killed.
            _seen.Writer.TryComplete();
        }
    }
}
