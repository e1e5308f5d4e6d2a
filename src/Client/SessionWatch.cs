using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Wingman.Client;

/// <summary>The stream of one session, opened again whenever it breaks off. For one reader at a time.</summary>
internal sealed class SessionWatch(HttpClient http, Guid session, string? lastEventId, JsonSerializerOptions json, TimeProvider clock) : IAsyncDisposable
{
    private const string Heartbeat = "heartbeat";
    private const string Closing = "closing";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A host may be configured with up to a minute between heartbeats. The client knows the interval after the second one.
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = 2 * LongestHeartbeat;

    private HttpResponseMessage? _response;
    private IAsyncEnumerator<SseItem<string>>? _items;
    private CancellationTokenSource? _silence;
    private CancellationTokenSource? _ended;
    private string? _lastEventId = lastEventId;
    private DateTimeOffset? _lastHeartbeat;
    private TimeSpan _silenceLimit = LongestSilence;
    private TimeSpan _retry = TimeSpan.FromSeconds(1);
    private int _failures;
    private bool _wasOpen;
    private bool _hasShown;

    /// <summary>The next event other than a heartbeat. Opens the stream again as often as necessary.</summary>
    public async Task<SessionEvent> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_items is null && !await TryOpenAsync(cancellation).ConfigureAwait(false))
                return new SessionEvent(SessionEvent.Deleted, null, new LiveEvent());

            if (await TryReadAsync(cancellation).ConfigureAwait(false) is not { } item)
            {
                await CloseAsync().ConfigureAwait(false);
                await PauseAsync(cancellation).ConfigureAwait(false);
            }
            else if (item.EventType == Closing)
            {
                // The host asks the client to connect again, to another host or with another token. The client does so at once, unless
                // this stream has shown nothing.
                await CloseAsync().ConfigureAwait(false);
                if (!_hasShown) await PauseAsync(cancellation).ConfigureAwait(false);
            }
            else if (item.EventType == Heartbeat)
            {
                Follow(DataOf(item).At);
            }
            else
            {
                (_failures, _hasShown) = (0, true);
                _retry = item.ReconnectionInterval ?? _retry;
                _lastEventId = item.EventId ?? _lastEventId;
                return new SessionEvent(item.EventType, item.EventId, DataOf(item));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    // False if the session, which existed when the stream was first opened, has been deleted.
    private async Task<bool> TryOpenAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await OpenAsync(cancellation).ConfigureAwait(false);
                return true;
            }
            catch (WingmanException refusal) when (_wasOpen && refusal is { Status: 404, Code: WingmanCodes.SessionNotFound })
            {
                return false;
            }
            catch (Exception failure) when (_wasOpen && !cancellation.IsCancellationRequested && IsTransient(failure))
            {
                await PauseAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/session/{session}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (_lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            using (response)
            {
                var body = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                throw new WingmanException("The stream was refused.", (int)response.StatusCode, body, null, null);
            }
        }

        _response = response;
        _silence = new CancellationTokenSource(_silenceLimit, clock);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellation);
        (_lastHeartbeat, _wasOpen, _hasShown) = (null, true, false);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        _items = SseParser.Create(stream).EnumerateAsync(_ended.Token).GetAsyncEnumerator(_ended.Token);
    }

    // Null if the stream has ended or broken, or if nothing has arrived for too long.
    private async Task<SseItem<string>?> TryReadAsync(CancellationToken cancellation)
    {
        try
        {
            _silence!.CancelAfter(_silenceLimit);
            return await _items!.MoveNextAsync().ConfigureAwait(false) ? _items.Current : null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is IOException or HttpRequestException or OperationCanceledException)
        {
            // The limit may be too short: the next host may send heartbeats less often than the one from which it was learned.
            if (_silence!.IsCancellationRequested) _silenceLimit = 2 * _silenceLimit < LongestSilence ? 2 * _silenceLimit : LongestSilence;
            return null;
        }
    }

    // Uses the host's timestamps, since a network that delays heartbeats may deliver several at once.
    private void Follow(DateTimeOffset? at)
    {
        if (at - _lastHeartbeat is { } gap && gap > TimeSpan.Zero && gap <= LongestHeartbeat)
            _silenceLimit = 2 * gap > ShortestSilence ? 2 * gap : ShortestSilence;
        _lastHeartbeat = at;
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        var pause = _retry * Math.Pow(2, Math.Min(_failures, 10));
        if (pause > LongestPause) pause = LongestPause;
        // The first pause is the host's, which has chosen another for each stream. Each later one is shortened by chance, at most to its half.
        if (_failures++ > 0) pause *= 0.5 + (0.5 * Random.Shared.NextDouble());
        await Task.Delay(pause, clock, cancellation).ConfigureAwait(false);
    }

    private LiveEvent DataOf(SseItem<string> item) => JsonSerializer.Deserialize<LiveEvent>(item.Data, json) ?? new LiveEvent();

    // A 404 without a code is a proxy's, which has no host behind it while all are replaced. It says nothing about the session.
    private static bool IsTransient(Exception failure) =>
        failure is HttpRequestException or OperationCanceledException or WingmanException { Status: 429 or >= 500 } or WingmanException { Status: 404, Code: null };

    private async ValueTask CloseAsync()
    {
        if (_items is not null) await _items.DisposeAsync().ConfigureAwait(false);
        _response?.Dispose();
        _ended?.Dispose();
        _silence?.Dispose();
        (_items, _response, _ended, _silence) = (null, null, null, null);
    }
}
