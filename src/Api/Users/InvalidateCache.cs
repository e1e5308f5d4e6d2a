using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>The answer to whoever wants a cached reputation dropped.</summary>
internal sealed record CacheInvalidated(bool Success, string Message);

/// <summary>
/// <c>POST /api/user/reputation/cache/invalidate/{user_id}</c> and <c>.../invalidate-all</c>: kept for the product's callers.
/// There is nothing to do: a cached reputation is void when a session of the user ends here, and seconds old at most otherwise.
/// </summary>
internal static class InvalidateCache
{
    private static readonly CachedResponse All = CachedResponse.Json(
        StatusCodes.Status200OK, new CacheInvalidated(true, "All reputation cache entries invalidated"), WireJson.Context.CacheInvalidated);

    /// <summary>Serves a request about one user.</summary>
    public static async Task OneAsync(HttpContext http, Caller caller)
    {
        var errors = new FieldErrors();
        var user = Uuids.OfPath(http, "user_id", errors);
        await (errors.Any
            ? errors.WriteAsync(http)
            : http.Response.WriteJsonAsync(
                StatusCodes.Status200OK,
                new CacheInvalidated(true, $"Reputation cache invalidated for user {user}"),
                WireJson.Context.CacheInvalidated));
    }

    /// <summary>Serves a request about all users.</summary>
    public static Task AllAsync(HttpContext http, Caller caller) => All.WriteAsync(http);
}
