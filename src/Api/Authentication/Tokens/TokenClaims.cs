using System.Text.Json;

namespace Wingman.Authentication;

/// <summary>The claims that identify the caller, each in the only form that is accepted.</summary>
/// <param name="Issuer">The issuer.</param>
/// <param name="Role">The role.</param>
/// <param name="Subject">The user, if the token is about one.</param>
/// <param name="HasAudience">Whether the token has an audience.</param>
internal sealed record TokenClaims(string Issuer, string Role, string? Subject, bool HasAudience)
{
    // The last second of the year 9999, after which .NET cannot represent a time.
    private const long LastSecond = 253_402_300_799;

    /// <summary>
    /// Reads the claims, or null if one of them has a form that could be understood in more than one way. <c>user_metadata</c> is
    /// never read, because users can edit it themselves.
    /// </summary>
    /// <exception cref="JsonException">They are not a JSON object.</exception>
    public static TokenClaims? Read(ReadOnlySpan<byte> json, DateTimeOffset latestIssue)
    {
        var claims = StrictJson.Parse(json);
        var hasSubject = claims.TryGetProperty("sub", out _);
        var subject = StrictJson.Text(claims, "sub");
        if (StrictJson.Text(claims, "iss") is not { } issuer || StrictJson.Text(claims, "role") is not { } role || (hasSubject && subject is null))
            return null;
        // Anonymous users are not accepted.
        if (claims.TryGetProperty("is_anonymous", out var isAnonymous) && isAnonymous.ValueKind != JsonValueKind.False) return null;
        var times = TimeOf(claims, "exp") is not null && IsTimeOrAbsent(claims, "nbf") && IsTimeOrAbsent(claims, "iat");
        if (!times || TimeOf(claims, "iat") > latestIssue.ToUnixTimeSeconds()) return null;
        return new(issuer, role, subject, claims.TryGetProperty("aud", out _));
    }

    private static bool IsTimeOrAbsent(JsonElement claims, string name) => !claims.TryGetProperty(name, out _) || TimeOf(claims, name) is not null;

    // Seconds as a whole number, which is what every issuer writes. Fractions are allowed by RFC 7519, and refused here: readers
    // round them differently.
    private static long? TimeOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
            && seconds is >= 0 and <= LastSecond
            ? seconds
            : null;
}
