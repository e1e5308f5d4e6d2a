using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// Supabase's <c>service_role</c> key of the older kind: a token that never changes, signed with the project's own secret (HS256),
/// issued by <c>supabase</c>, without an audience and without a user. Supabase ends such keys at the end of 2026. The <c>anon</c> key is
/// signed with the same secret, and is not accepted here.
/// </summary>
internal static class LegacyServiceKey
{
    /// <summary>Who issues such keys.</summary>
    public const string Issuer = "supabase";

    /// <summary>What they are checked with: their own secret, never a key of users' tokens. Null if there is none.</summary>
    public static SecurityKey? KeyOf(string? secret) =>
        string.IsNullOrEmpty(secret) ? null : new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether a token claims to be such a key. This only selects the rules by which it is then checked.</summary>
    public static bool IsIssuerOf(TokenHeader header, TokenClaims claims) => header.Algorithm == SecurityAlgorithms.HmacSha256 && claims.Issuer == Issuer;

    /// <summary>Whether it is the <c>service_role</c> key, and not the public <c>anon</c> key.</summary>
    public static bool IsService(TokenClaims claims) => claims is { Role: CallerClaims.ServiceRole, Subject: null, HasAudience: false };
}
