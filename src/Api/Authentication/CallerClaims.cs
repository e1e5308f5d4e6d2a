using System.Security.Claims;
using Wingman.Wire;

namespace Wingman.Authentication;

/// <summary>
/// Reads the caller from the claims of a token that is genuine. Pure. <c>user_metadata</c> is never looked at: users edit it
/// themselves.
/// </summary>
internal static class CallerClaims
{
    /// <summary>The role of a signed-in user.</summary>
    public const string UserRole = "authenticated";

    /// <summary>The role of the product's own backend.</summary>
    public const string ServiceRole = "service_role";

    /// <summary>The caller, or null if the claims name none that this API serves.</summary>
    public static Caller? Read(IEnumerable<Claim> claims)
    {
        string? subject = null;
        string? role = null;
        foreach (var claim in claims)
        {
            // A claim given twice has no one meaning.
            if (claim.Type == "sub" && !TrySet(ref subject, claim.Value))
                return null;
            if (claim.Type == "role" && !TrySet(ref role, claim.Value))
                return null;
            if (claim.Type == "is_anonymous" && !claim.Value.Equals("false", StringComparison.OrdinalIgnoreCase))
                return null;
        }
        return Of(subject, role);
    }

    /// <summary>The caller of a user id and a role. Only the service role may come without a user.</summary>
    public static Caller? Of(string? user, string? role)
    {
        if (role is not (UserRole or ServiceRole))
            return null;
        if (user is null)
            return role == ServiceRole ? new Caller(User: null, IsService: true) : null;
        return Uuids.TryParse(user, out var id) ? new Caller(new UserId(id), role == ServiceRole) : null;
    }

    private static bool TrySet(ref string? claim, string value)
    {
        if (claim is not null)
            return false;
        claim = value;
        return true;
    }
}
