using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Client;

/// <summary>
/// Calls Wingman's API as one user, or as a machine. Refusals are thrown as <see cref="WingmanException"/>, broken connections as
/// <see cref="HttpRequestException"/>, and a call that took longer than its deadline as <see cref="TaskCanceledException"/>.
/// Safe for use from any number of threads.
/// </summary>
public partial class WingmanClient : IDisposable
{
    private const string ServiceKeyHeader = "apikey";

    // A connection is not kept longer, so that a change of the address is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private bool _ownsHttpClient;
    private TimeProvider _clock = TimeProvider.System;

    /// <summary>Makes a client with retries and, where one is given, a token. Dispose it when it is no longer needed.</summary>
    /// <param name="options">Where the service is, and in whose name to call.</param>
    public static WingmanClient Create(WingmanClientOptions options) =>
        // The target of a redirect would be sent the service key and the token.
        Create(options, new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false });

    /// <summary>Makes a client whose requests are sent by the given handler, for example in a test.</summary>
    /// <param name="options">Where the service is, and in whose name to call.</param>
    /// <param name="innermost">Sends the requests. Disposed with the client.</param>
    public static WingmanClient Create(WingmanClientOptions options, HttpMessageHandler innermost)
    {
        ArgumentNullException.ThrowIfNull(options);
        var handler = options.Token is { } token ? new TokenHandler(token) { InnerHandler = innermost } : innermost;
        var http = new HttpClient(new RetryHandler(options.Deadline, options.Clock) { InnerHandler = handler })
        {
            // The paths of the API are appended to the whole address; without the slash its last segment would be replaced.
            BaseAddress = options.Address.AbsoluteUri.EndsWith('/') ? options.Address : new Uri(options.Address.AbsoluteUri + "/"),
            Timeout = options.Deadline,
        };
        if (options.ServiceKey is { } key) http.DefaultRequestHeaders.Add(ServiceKeyHeader, key);
        return new WingmanClient(http) { _ownsHttpClient = true, _clock = options.Clock };
    }

    /// <summary>
    /// Watches a session: its state at once, then each change within a second or so, until the session is over or deleted. A
    /// stream that breaks off, or from which nothing has come for two heartbeats, is opened again, and the changes that were missed come
    /// first.
    /// </summary>
    /// <param name="sessionId">The session; the caller is one of its two users.</param>
    /// <param name="lastEventId">The id of the last event that an earlier watch has seen; null to begin with the state.</param>
    /// <param name="cancellationToken">Ends the watch, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The events, without heartbeats. The last one has <see cref="SessionEvent.IsLast"/>. Show what <see cref="LiveEvent.Session"/> says:
    /// after a break, the same state may come again.
    /// </returns>
    /// <exception cref="WingmanException">
    /// The session may not be watched; or the stream could not be opened in time for the first time. Once it was open, the watch retries
    /// however long an outage lasts.
    /// </exception>
    public async IAsyncEnumerable<SessionEvent> WatchAsync(
        Guid sessionId, string? lastEventId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var watch = new SessionWatch(_httpClient, sessionId, lastEventId, JsonSerializerSettings, _clock);
        await using (watch.ConfigureAwait(false))
        {
            while (true)
            {
                var next = await watch.NextAsync(cancellationToken).ConfigureAwait(false);
                yield return next;
                if (next.IsLast) yield break;
            }
        }
    }

    /// <summary>Closes the connections of a client that <see cref="Create(WingmanClientOptions)"/> made.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the connections of a client that <see cref="Create(WingmanClientOptions)"/> made.</summary>
    /// <param name="disposing">True when it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _ownsHttpClient) _httpClient.Dispose();
    }

    // Optional members that are not set are left out.
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
}
