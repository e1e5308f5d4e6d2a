using System.Text.Json;

namespace Wingman.Authentication;

/// <summary>What a signed token says about its own signature.</summary>
/// <param name="Algorithm">The algorithm, as it is written: names are compared to the letter.</param>
/// <param name="KeyId">The key, if the token names one.</param>
internal readonly record struct TokenHeader(string Algorithm, string? KeyId)
{
    private const int MaxKeyIdLength = 256;

    // Each of these would have the token itself say how, or with what key, it is to be checked: extensions that must be understood,
    // compression, encryption, and keys that the token brings along or says where to fetch.
    private static readonly string[] Forbidden = ["crit", "b64", "zip", "enc", "jku", "jwk", "x5u", "x5c", "p2c", "p2s", "epk", "cty"];

    /// <summary>Reads a header. Members that say nothing here (such as <c>x5t</c>) are passed over, as RFC 7515 asks.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static TokenHeader? Read(ReadOnlySpan<byte> json)
    {
        var header = StrictJson.Parse(json);
        foreach (var name in Forbidden)
        {
            if (header.TryGetProperty(name, out _))
                return null;
        }
        if (StrictJson.Text(header, "alg") is not { } algorithm || !IsAccessToken(header))
            return null;
        if (!header.TryGetProperty("kid", out _))
            return new(algorithm, null);
        return StrictJson.Text(header, "kid") is { Length: > 0 and <= MaxKeyIdLength } keyId ? new(algorithm, keyId) : null;
    }

    // Supabase writes JWT; RFC 9068 has at+jwt; some libraries write nothing. Other kinds of token (logout, DPoP, security events)
    // are signed with the same keys, and are not for signing in.
    private static bool IsAccessToken(JsonElement header)
    {
        if (!header.TryGetProperty("typ", out _))
            return true;
        return StrictJson.Text(header, "typ") is { } type
            && (type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
                || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase)
                || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase));
    }
}
