using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>Headers that forbid browsers and caches certain uses of an answer.</summary>
internal static class SecurityHeaders
{
    /// <summary>Sets the headers of every answer. An answer of the API is for one caller and soon out of date, so it must not be cached.</summary>
    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Path.StartsWithSegments("/api")) headers.CacheControl = "no-store";
    }

    /// <summary>
    /// Refuses a request that a proxy in front of this server could read as two requests (request smuggling). The server itself refuses
    /// two lengths and folded header lines. If a request has both a length and chunks, the server uses the chunks, which RFC 9112 allows
    /// and section 6.1 warns of.
    /// </summary>
    /// <returns>Whether the request is refused and its connection closed.</returns>
    public static bool Refuses(HttpContext http)
    {
        var headers = http.Request.Headers;
        var isSmuggled = headers.TransferEncoding.Count > 0
            && (headers.ContentLength is not null || headers.ContainsKey("X-" + HeaderNames.ContentLength));
        if (isSmuggled) http.Response.Headers.Connection = "close";
        return isSmuggled;
    }
}
