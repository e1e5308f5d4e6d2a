using System.Text.Json;

namespace Wingman.Authentication;

/// <summary>What a signed token says about its own signature.</summary>
/// <param name="Algorithm">The algorithm's name, which must match exactly.</param>
/// <param name="KeyId">The key, if the token names one.</param>
internal readonly record struct TokenHeader(string Algorithm, string? KeyId)
{
    private const int MaxKeyIdLength = 256;

    // With each of these the token itself would determine how, or with what key, it is checked: extensions that must be understood,
    // compression, encryption, and keys that the token contains or that are fetched from an address in it.
    private static readonly string[] Forbidden = ["crit", "b64", "zip", "enc", "jku", "jwk", "x5u", "x5c", "p2c", "p2s", "epk", "cty"];

    // Supabase writes JWT; RFC 9068 defines at+jwt; some libraries write no type. Other kinds of token (logout, DPoP, security events)
    // are signed with the same keys, and must not be accepted as access tokens.
    private static readonly string[] AccessTokens = ["JWT", "at+jwt", "application/at+jwt"];

    /// <summary>Reads a header. Members that have no meaning here (such as <c>x5t</c>) are ignored, as RFC 7515 requires.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static TokenHeader? Read(ReadOnlySpan<byte> json)
    {
        var header = StrictJson.Parse(json);
        foreach (var name in Forbidden)
        {
            if (header.TryGetProperty(name, out _)) return null;
        }

        if (StrictJson.Text(header, "alg") is not { } algorithm || !IsAccessToken(header)) return null;
        if (!header.TryGetProperty("kid", out _)) return new(algorithm, null);
        return StrictJson.Text(header, "kid") is { Length: > 0 and <= MaxKeyIdLength } keyId ? new(algorithm, keyId) : null;
    }

    private static bool IsAccessToken(JsonElement header) =>
        !header.TryGetProperty("typ", out _)
        || (StrictJson.Text(header, "typ") is { } type && AccessTokens.Contains(type, StringComparer.OrdinalIgnoreCase));
}
