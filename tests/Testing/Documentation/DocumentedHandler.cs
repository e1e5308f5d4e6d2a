namespace Wingman.Testing;

/// <summary>
/// Compares the answers to a client with the description of the API. A request whose answer is not as described fails. It is for clients
/// of users' ports: operators' ports are not in the description.
/// </summary>
/// <param name="inner">Sends the requests.</param>
public sealed class DocumentedHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = await base.SendAsync(request, cancellationToken);
        if (DocumentedAnswers.TemplateOf(request.RequestUri!) is null) return response;

        var contentType = response.Content.Headers.ContentType?.ToString();
        // The content keeps what is read, for the caller. A live stream has no end, so it is left to the caller.
        byte[] body = contentType == DocumentedAnswers.EventStream ? [] : await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (DocumentedAnswers.ProblemOf(new(request.Method, request.RequestUri!, (int)response.StatusCode, contentType, body)) is not { } problem) return response;

        response.Dispose();
        throw new UndocumentedAnswerException(problem);
    }
}
