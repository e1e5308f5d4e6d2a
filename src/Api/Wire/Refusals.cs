using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>Every refusal that is not about one field of a request, in the words of the wire contract.</summary>
internal static class Refusals
{
    private static readonly KeyValuePair<string, string> Challenge = new(HeaderNames.WWWAuthenticate, "Bearer");
    private static readonly KeyValuePair<string, string> SoonAgain = new(HeaderNames.RetryAfter, "1");

    public static readonly CachedResponse BadRequest = Detail(400, "Bad Request");

    public static readonly CachedResponse Unauthorized =
        CachedResponse.Detail(401, "Authentication required. Please log in to access this resource.", Challenge);

    public static readonly CachedResponse NotFound = Detail(404, "Not Found");

    public static readonly CachedResponse MethodNotAllowed = Detail(405, "Method Not Allowed");

    public static readonly CachedResponse TooSlow = Detail(408, "The request body arrived too slowly");

    public static readonly CachedResponse TooLarge = Detail(413, $"The request body is larger than {RequestBody.MaxBytes} bytes");

    public static readonly CachedResponse NotJson = Detail(415, "The request body must be JSON in UTF-8 (Content-Type: application/json)");

    public static readonly CachedResponse StorageFailed =
        Detail(500, "The database could not be read or written; retry the request to find out what was stored");

    public static readonly CachedResponse Unexpected = Detail(500, "Internal server error");

    public static readonly CachedResponse StorageRefused =
        Detail(409, "The database refuses these values: something they refer to does not exist, or a constraint forbids them");

    public static readonly CachedResponse StorageOverloaded =
        CachedResponse.Detail(503, "The database is overloaded; nothing was done, try again in a moment", SoonAgain);

    public static readonly CachedResponse StorageUnavailable = CachedResponse.Detail(
        503, "The database did not answer in time, or another transaction holds the row; the request may have been carried out, retry to find out", SoonAgain);

    public static readonly CachedResponse Conflict =
        CachedResponse.Detail(503, "Others keep changing the same row; nothing was done, try again in a moment", SoonAgain);

    public static readonly CachedResponse TooManyRequests =
        CachedResponse.Detail(503, "Too many requests are in progress; nothing was done, try again in a moment", SoonAgain);

    public static readonly CachedResponse NoSilo =
        CachedResponse.Detail(503, "No silo can be reached right now; nothing was done, try again in a moment", SoonAgain);

    public static readonly CachedResponse OutcomeUnknown =
        CachedResponse.Detail(503, "No silo answered in time; the request may have been carried out, retry to find out", SoonAgain);

    public static readonly CachedResponse NoSigningKeys =
        CachedResponse.Detail(503, "Tokens cannot be checked right now: their signing keys are not available; try again in a moment", SoonAgain);

    private static CachedResponse Detail(int status, string detail) => CachedResponse.Detail(status, detail);
}
