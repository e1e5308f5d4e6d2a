using System.Net;

namespace Wingman.Client;

/// <summary>Which calls may be retried after which failures.</summary>
internal static class RetryRules
{
    // After a 503 with one of these codes nothing was done. After any other 503, such as a proxy's, the call may have been carried out.
    private static readonly string[] NothingDone =
    [
        WingmanCodes.Overloaded, WingmanCodes.StorageOverloaded, WingmanCodes.Conflict, WingmanCodes.NoSilo, WingmanCodes.Stopping,
        WingmanCodes.NoSigningKeys,
    ];

    // Failures that a retry cannot be expected to avoid.
    private static readonly HttpRequestError[] Lasting =
    [
        HttpRequestError.SecureConnectionError, HttpRequestError.UserAuthenticationError, HttpRequestError.VersionNegotiationError,
        HttpRequestError.ConfigurationLimitExceeded,
    ];

    /// <summary>Whether a call may be retried after it failed without an answer.</summary>
    public static bool MayRetryAfter(HttpRequestMessage request, HttpRequestException failure) =>
        IsIdempotent(request) && !Lasting.Contains(failure.HttpRequestError);

    /// <summary>Whether a call may be retried after this answer.</summary>
    public static async Task<bool> MayRetryAfterAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellation) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.ServiceUnavailable => IsIdempotent(request)
            || (WingmanException.Problem.Of(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)) is { Code: { } code }
                && NothingDone.Contains(code)),
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => IsIdempotent(request),
        _ => false,
    };

    // confirm-completion is a POST, but a second confirmation changes nothing.
    private static bool IsIdempotent(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Put
        || request.Method == HttpMethod.Delete || request.Method == HttpMethod.Options
        || (request.Method == HttpMethod.Post
            && request.RequestUri?.AbsolutePath.EndsWith("/api/session/confirm-completion", StringComparison.Ordinal) == true);
}
