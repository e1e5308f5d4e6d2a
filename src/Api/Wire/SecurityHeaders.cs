using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>Headers that tell browsers and caches what not to do with an answer.</summary>
internal static class SecurityHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoStore = "no-store";

    /// <summary>Sets those of every answer. What the API says is about one caller, and true for a moment: nobody keeps it.</summary>
    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        if (http.Request.Path.StartsWithSegments("/api"))
            headers.CacheControl = NoStore;
    }

    /// <summary>
    /// Refuses what a proxy before this server could read as two requests where the server reads one. The server itself refuses two
    /// lengths and folded header lines; of a length beside chunks it believes the chunks, which RFC 9112 allows and section 6.1 warns of.
    /// </summary>
    /// <returns>Whether the request was refused, and its connection with it.</returns>
    public static bool Refuses(HttpContext http)
    {
        var headers = http.Request.Headers;
        var isSmuggled = headers.TransferEncoding.Count > 0
            && (headers.ContentLength is not null || headers.ContainsKey("X-" + HeaderNames.ContentLength));
        if (isSmuggled) http.Response.Headers.Connection = "close";
        return isSmuggled;
    }
}
