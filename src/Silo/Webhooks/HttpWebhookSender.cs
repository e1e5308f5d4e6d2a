using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Posts messages by HTTP. Each receiver has connections of its own, so that none waits for another's.</summary>
internal sealed class HttpWebhookSender(IOptions<WebhookOptions> options, WebhookConnections connections, TimeProvider clock) : IWebhookSender, IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _clients = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<WebhookAnswer> SendAsync(WebhookReceiverOptions receiver, WebhookMessage message, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(options.Value.Timeout);
        using var request = RequestOf(receiver, message, clock.GetUtcNow());
        try
        {
            // The answer is complete with its headers. The body is not used: up to a bound it is read and discarded, so that the connection can
            // be used again; a longer one closes the connection.
            using var response = await ClientOf(receiver).SendAsync(request, timeout.Token);
            return AnswerOf(response, clock.GetUtcNow());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new($"no answer within {options.Value.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException exception)
        {
            // Only the kind of failure: messages of exceptions name addresses.
            return new(Describe(exception));
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    private static HttpRequestMessage RequestOf(WebhookReceiverOptions receiver, WebhookMessage message, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url)
        {
            Content = new ByteArrayContent(message.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", WebhookSignature.TimestampOf(now));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(receiver.Secrets, message.Id, now, message.Body));
        request.Headers.TryAddWithoutValidation("User-Agent", "Wingman-Webhooks/1");
        return request;
    }

    private static WebhookAnswer AnswerOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300) return WebhookAnswer.Accepted;

        var retryAfter = response.Headers.RetryAfter;
        return new(status is >= 300 and < 400 ? $"answered {status}: redirects are not followed" : $"answered {status}", retryAfter?.Delta ?? (retryAfter?.Date - now))
        {
            IsOverloaded = response.StatusCode == HttpStatusCode.TooManyRequests,
            IsGone = response.StatusCode == HttpStatusCode.Gone,
        };
    }

    private static string Describe(HttpRequestException exception) => exception switch
    {
        { InnerException: AddressNotAllowedException } => "its name resolves to an address that is not allowed",
        { InnerException: AuthenticationException } => "no trusted TLS connection",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "no trusted TLS connection",
        { HttpRequestError: HttpRequestError.NameResolutionError } => "its name was not found",
        { HttpRequestError: HttpRequestError.ConnectionError } => "no connection",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection was closed without an answer",
        _ => "no valid answer",
    };

    private HttpMessageInvoker ClientOf(WebhookReceiverOptions receiver) =>
        _clients.GetOrAdd(receiver.Name, static (_, sender) => new(sender.Connections.CreateHandler(sender.Receiver, sender.Parallelism)),
            (Connections: connections, Receiver: receiver, options.Value.Parallelism));
}
