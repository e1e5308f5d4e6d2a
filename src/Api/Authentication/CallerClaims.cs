using System.Security.Claims;

namespace Wingman.Authentication;

/// <summary>
/// Converts a caller to claims, for ASP.NET's policies, and back. An identity of this service has only the claims below: a token's other
/// claims were not checked. Pure.
/// </summary>
internal static class CallerClaims
{
    /// <summary>The role of a signed-in user.</summary>
    public const string UserRole = "authenticated";

    /// <summary>The role of the product's own backend.</summary>
    public const string ServiceRole = "service_role";

    /// <summary>The claim that holds the user's UUID.</summary>
    public const string Subject = "sub";

    /// <summary>The claim that holds the role.</summary>
    public const string Role = "role";

    /// <summary>The policy that lets in the product's own backend only. An endpoint without a policy is for every caller who has signed in.</summary>
    public const string ServicePolicy = "service";

    /// <summary>The claim that holds a service key's name. It is for logs only; no decision uses it.</summary>
    public const string KeyName = "key_name";

    /// <summary>The caller of a request, or null if nobody has signed in.</summary>
    public static Caller? Read(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true } ? Of(principal.FindFirst(Subject)?.Value, principal.FindFirst(Role)?.Value) : null;

    /// <summary>The caller of a request that is authorized.</summary>
    public static Caller Of(ClaimsPrincipal principal) =>
        Read(principal) ?? throw new InvalidOperationException("An endpoint for callers was reached without one.");

    /// <summary>The user of a request that is authorized; null for the service role without a user.</summary>
    public static UserId? User(this ClaimsPrincipal principal) => Of(principal).User;

    /// <summary>
    /// The caller with a user id and a role, or null if this API does not serve such callers. Only the service role may have no user.
    /// The nil UUID is not a user.
    /// </summary>
    public static Caller? Of(string? user, string? role)
    {
        if (role is not (UserRole or ServiceRole)) return null;
        if (user is null) return role == ServiceRole ? new Caller(User: null, IsService: true) : null;
        return Uuids.TryParse(user, out var id) && id != Guid.Empty ? new Caller(new UserId(id), role == ServiceRole) : null;
    }

    /// <summary>The identity of a caller.</summary>
    public static ClaimsIdentity IdentityOf(string? user, string role, string scheme, string? keyName = null)
    {
        var identity = new ClaimsIdentity(scheme, keyName is null ? Subject : KeyName, Role);
        identity.AddClaim(new Claim(Role, role));
        if (user is not null) identity.AddClaim(new Claim(Subject, user));
        if (keyName is not null) identity.AddClaim(new Claim(KeyName, keyName));
        return identity;
    }
}
