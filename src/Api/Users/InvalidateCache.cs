using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Wingman.Wire;

namespace Wingman.Reputation;

/// <summary>The answer to a request to drop a cached reputation.</summary>
/// <param name="Success">True.</param>
/// <param name="Message">What happened, for people.</param>
/// <example>{"success":true,"message":"All reputation cache entries invalidated"}</example>
internal sealed record CacheInvalidated(bool Success, string Message);

/// <summary>
/// <c>POST /api/user/reputation/cache/invalidate/{user_id}</c> and <c>.../invalidate-all</c>: kept for the product's callers.
/// There is nothing to do: a cached reputation is invalidated when a session of the user ends here, and otherwise expires after some seconds.
/// </summary>
internal sealed class InvalidateCache : IEndpoint
{
    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/user/reputation/cache/invalidate/{user_id}", One).WithName("invalidate-reputation").WithTags("Users");
        api.MapPost("/user/reputation/cache/invalidate-all", All).WithName("invalidate-all-reputations").WithTags("Users");
    }

    /// <summary>Drop a user's cached reputation</summary>
    /// <remarks>Kept for earlier callers; it does nothing.</remarks>
    /// <param name="user">The user.</param>
    /// <response code="200">Nothing is cached for longer than seconds.</response>
    public static Answer<CacheInvalidated> One([FromRoute(Name = "user_id"), Description("The user.")] UserId user) =>
        new(new(Success: true, $"Reputation cache invalidated for user {user}"));

    /// <summary>Drop all cached reputations</summary>
    /// <remarks>Kept for earlier callers; it does nothing.</remarks>
    /// <response code="200">Nothing is cached for longer than seconds.</response>
    public static Answer<CacheInvalidated> All() => new(new(Success: true, "All reputation cache entries invalidated"));
}
