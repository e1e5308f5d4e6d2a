using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Wingman.Api.Tests.Client;

/// <summary>What a request contained, kept after the request is disposed.</summary>
internal sealed record Sent(string Method, string Path, string? Token, string? LastEventId, string Body);

/// <summary>Answers requests one after the other as a test says, and keeps them.</summary>
internal sealed class ScriptedService : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();
    private readonly List<Sent> _requests = [];

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<Sent> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>The next request is answered with this.</summary>
    public ScriptedService Answer(int status, string body = "{}", string? retryAfter = null) => Then(() =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (retryAfter is not null) response.Headers.Add("Retry-After", retryAfter);
        return response;
    });

    /// <summary>The next request is refused as the service refuses.</summary>
    public ScriptedService Refuse(int status, string code, string? retryAfter = null) =>
        Answer(status, $$"""{"detail":"{{code}}","code":"{{code}}"}""", retryAfter);

    /// <summary>The next request fails without an answer.</summary>
    public ScriptedService Fail(HttpRequestError error = HttpRequestError.ConnectionError) =>
        Then(() => throw new HttpRequestException(error, $"A planted {error}."));

    /// <summary>The next request gets an answer that breaks off.</summary>
    public ScriptedService BreakOff() => Then(() => new HttpResponseMessage(HttpStatusCode.OK)
    {
        Content = new StreamContent(new ScriptedStream("""{"success":""", StreamEnd.Broken)),
    });

    /// <summary>The next request gets this stream of events.</summary>
    public ScriptedService Stream(ScriptedStream events) => Then(() => new HttpResponseMessage(HttpStatusCode.OK)
    {
        Content = new StreamContent(events) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
    });

    private ScriptedService Then(Func<HttpResponseMessage> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = new Sent(
            request.Method.Method,
            request.RequestUri!.AbsolutePath,
            request.Headers.Authorization?.Parameter,
            request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null,
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        lock (_requests)
            _requests.Add(sent);
        return _answers.TryDequeue(out var answer) ? answer() : throw new InvalidOperationException($"{sent} was not expected.");
    }
}
