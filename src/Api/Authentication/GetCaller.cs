using System.Security.Claims;
using Wingman.Wire;

namespace Wingman.Authentication;

/// <summary>Whom a request's credentials identify.</summary>
/// <param name="UserId">The user; null for the service role without a user.</param>
/// <param name="Role">`authenticated` for a signed-in user, `service_role` for the product's own backend.</param>
/// <example>{"user_id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","role":"authenticated"}</example>
internal sealed record CallerView(Guid? UserId, string Role);

/// <summary><c>GET /api/caller</c>.</summary>
internal sealed class GetCaller : IEndpoint
{
    /// <inheritdoc/>
    public static void Map(IEndpointRouteBuilder api) => api.MapRead("/caller", Handle).WithName("get-caller").WithTags("Users");

    /// <summary>Read whom your credentials identify</summary>
    /// <remarks>For whoever connects a client or a backend: it shows whether a token or a key is accepted, and as whose. It reads no table.</remarks>
    /// <param name="principal">Who calls.</param>
    /// <response code="200">The credentials are accepted.</response>
    public static Answer<CallerView> Handle(ClaimsPrincipal principal)
    {
        var caller = CallerClaims.Of(principal);
        return new(new(caller.User?.Value, caller.IsService ? CallerClaims.ServiceRole : CallerClaims.UserRole));
    }
}
