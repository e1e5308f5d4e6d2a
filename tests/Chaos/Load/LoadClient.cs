using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Wingman.Testing;

namespace Wingman.Chaos.Load;

/// <summary>Calls the API; if a host accepts no connection, it calls the next one. It never retries a call that may have been carried out.</summary>
/// <param name="hosts">The hosts.</param>
/// <param name="tokens">Signs the users in.</param>
/// <param name="observe">Sees what is known after a call at any host.</param>
/// <param name="answered">Sees every answer as it arrived; null if nobody does.</param>
/// <param name="patience">What is added to the times after which it gives a connection or a call up.</param>
/// <param name="isSuspended">Whether a fault suspends the host of a name: then the patience does not apply. Null if none does.</param>
internal sealed class LoadClient(
    EntryHosts hosts,
    TestTokens tokens,
    Action<Call> observe,
    Action<GivenAnswer>? answered = null,
    TimeSpan patience = default,
    Func<string, bool>? isSuspended = null) : IDisposable
{
    /// <summary>
    /// Shorter than the deadline of the service: a client that gives up early leaves more calls that may have happened. With patience it is
    /// longer, and then shows whether the service answers at all.
    /// </summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AvoidRefusing = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AvoidSilent = TimeSpan.FromSeconds(3);
    /// <summary>Counted from when they are issued, which may be days before the run.</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(7);

    private readonly CallLimit _limit = new(Deadline, patience, isSuspended);
    private readonly ConcurrentDictionary<Guid, string> _tokens = [];
    private readonly Lazy<string> _serviceToken = new(() => tokens.ForService(TokenLifetime));
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(2) + patience,
        UseCookies = false,
        UseProxy = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public EntryHosts Hosts => hosts;

    public TimeSpan Patience => _limit.Patience;

    /// <summary>Calls as a user.</summary>
    public Task<Call> CallAsync(Random random, HttpMethod method, string path, Guid user, object? body, CancellationToken cancellation) =>
        CallAsync(random, method, path, _tokens.GetOrAdd(user, id => tokens.ForUser(id, TokenLifetime)), body, cancellation);

    /// <summary>Calls as the product's backend.</summary>
    public Task<Call> CallAsServiceAsync(Random random, HttpMethod method, string path, object? body, CancellationToken cancellation) =>
        CallAsync(random, method, path, _serviceToken.Value, body, cancellation);

    /// <summary>Calls one host and no other.</summary>
    public Task<Call> CallAtAsync(EntryHost host, HttpMethod method, string path, Guid user, object? body, CancellationToken cancellation) =>
        TryAsync(host, method, path, _tokens.GetOrAdd(user, id => tokens.ForUser(id, TokenLifetime)), body, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<Call> CallAsync(
        Random random, HttpMethod method, string path, string token, object? body, CancellationToken cancellation)
    {
        Call? call = null;
        foreach (var host in hosts.InOrder(random))
        {
            call = await TryAsync(host, method, path, token, body, cancellation);
            if (call.Outcome != CallOutcome.NotSent) break;
        }

        observe(call!);
        return call!;
    }

    private async Task<Call> TryAsync(EntryHost host, HttpMethod method, string path, string token, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(host.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        else if (method != HttpMethod.Get)
            // If a request has no content and its connection breaks before the answer, the handler sends it again by itself. If the second
            // connection is refused, the handler reports that the request was not sent, although the first attempt may have been carried out.
            request.Content = new ByteArrayContent([]);
        var (call, failure) = await Call.SendAsync(_http, request, path, host.Name, _limit, answered, cancellation);
        if (failure is not null) host.Avoid(failure is OperationCanceledException ? AvoidSilent : AvoidRefusing);
        return call;
    }
}
