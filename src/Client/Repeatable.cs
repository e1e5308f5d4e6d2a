using System.Net;

namespace Wingman.Client;

/// <summary>Which calls may be repeated after which failures.</summary>
internal static class Repeatable
{
    // Answers of 503 that say that nothing was done. The others, and whatever a proxy says, leave it open.
    private static readonly string[] NothingDone =
    [
        WingmanCodes.Overloaded, WingmanCodes.StorageOverloaded, WingmanCodes.Conflict, WingmanCodes.NoSilo, WingmanCodes.Stopping,
        WingmanCodes.NoSigningKeys,
    ];

    // Failures that the next attempt meets again.
    private static readonly HttpRequestError[] Lasting =
    [
        HttpRequestError.SecureConnectionError, HttpRequestError.UserAuthenticationError, HttpRequestError.VersionNegotiationError,
        HttpRequestError.ConfigurationLimitExceeded,
    ];

    /// <summary>Whether a call may be repeated although nothing, or no answer, came back.</summary>
    public static bool IsAfter(HttpRequestMessage request, HttpRequestException failure) =>
        IsIdempotent(request) && !Lasting.Contains(failure.HttpRequestError);

    /// <summary>Whether a call may be repeated after this answer.</summary>
    public static async Task<bool> IsAfterAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellation) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.ServiceUnavailable => IsIdempotent(request)
            || (WingmanException.Problem.Of(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)) is { Code: { } code }
                && NothingDone.Contains(code)),
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => IsIdempotent(request),
        _ => false,
    };

    // Confirming twice is confirming once.
    private static bool IsIdempotent(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Put
        || request.Method == HttpMethod.Delete || request.Method == HttpMethod.Options
        || (request.Method == HttpMethod.Post
            && request.RequestUri?.AbsolutePath.EndsWith("/api/session/confirm-completion", StringComparison.Ordinal) == true);
}
