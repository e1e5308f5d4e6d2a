using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// Supabase's <c>service_role</c> key of the older kind: a token that never changes, signed with the project's own secret (HS256),
/// issued by <c>supabase</c>, for nobody in particular and about no user. Supabase ends it at the end of 2026. Its twin, the
/// <c>anon</c> key, has the same signature and is nobody here.
/// </summary>
internal sealed class LegacyServiceKey(SecurityKey key)
{
    /// <summary>Who issues such keys.</summary>
    public const string Issuer = "supabase";

    /// <summary>What they are checked with: their own secret, never a key of users' tokens.</summary>
    public SecurityKey Key => key;

    /// <summary>The rules for a secret; null if there is none.</summary>
    public static LegacyServiceKey? Of(string? secret) =>
        string.IsNullOrEmpty(secret) ? null : new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Whether a token claims to be such a key. This only chooses the rules that it must then keep.</summary>
    public static bool IsIssuerOf(TokenHeader header, TokenClaims claims) => header.Algorithm == SecurityAlgorithms.HmacSha256 && claims.Issuer == Issuer;

    /// <summary>Whether it is the service's, and not the public one.</summary>
    public static bool IsService(TokenClaims claims) => claims is { Role: CallerClaims.ServiceRole, Subject: null, HasAudience: false };
}
