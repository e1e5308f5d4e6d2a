using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// Reads a JSON Web Key Set (RFC 7517). Only keys that can check signatures safely are used: P-256 for ES256, RSA of 2048 to 8192 bits
/// for RS256. Every other key is ignored, as the RFC requires, and does not prevent the use of the good ones. Pure.
/// </summary>
internal static class KeySetDocument
{
    private const int CoordinateBytes = 32;
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;
    private const int MaxExponentBytes = 4;

    /// <summary>The keys of a document.</summary>
    /// <exception cref="JsonException">It is no key set.</exception>
    public static KeyRing Read(ReadOnlySpan<byte> json)
    {
        var document = StrictJson.Parse(json);
        if (!document.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
            throw new JsonException("The document is no key set: it has no list named 'keys'.");
        return new KeyRing([.. keys.EnumerateArray().Select(ReadKey).OfType<(string?, string, SecurityKey)>()]);
    }

    private static (string? KeyId, string Algorithm, SecurityKey Key)? ReadKey(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || !IsForSignatures(key)) return null;
        (string Algorithm, SecurityKey? Key) read = StrictJson.Text(key, "kty") switch
        {
            "EC" => (SecurityAlgorithms.EcdsaSha256, ReadEllipticCurve(key)),
            "RSA" => (SecurityAlgorithms.RsaSha256, ReadRsa(key)),
            _ => default,
        };
        // A key that names an algorithm may be used for that one only; this service supports one per kind of key.
        if (read.Key is null || (key.TryGetProperty("alg", out _) && StrictJson.Text(key, "alg") != read.Algorithm)) return null;
        read.Key.KeyId = StrictJson.Text(key, "kid");
        return (read.Key.KeyId, read.Algorithm, read.Key);
    }

    private static bool IsForSignatures(JsonElement key)
    {
        if (key.TryGetProperty("use", out _) && StrictJson.Text(key, "use") != "sig") return false;
        return !key.TryGetProperty("key_ops", out var operations)
            || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(operation => StrictJson.Text(operation) == "verify"));
    }

    private static ECDsaSecurityKey? ReadEllipticCurve(JsonElement key)
    {
        if (StrictJson.Text(key, "crv") != "P-256" || Bytes(key, "x") is not { Length: CoordinateBytes } x || Bytes(key, "y") is not { Length: CoordinateBytes } y)
            return null;
        try
        {
            return new ECDsaSecurityKey(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = { X = x, Y = y } }));
        }
        catch (CryptographicException)
        {
            // The point is not on the curve.
            return null;
        }
    }

    private static RsaSecurityKey? ReadRsa(JsonElement key)
    {
        if (Bytes(key, "n") is not { } modulus || Bytes(key, "e") is not { Length: > 0 and <= MaxExponentBytes } exponent) return null;
        var bits = new BigInteger(modulus, isUnsigned: true, isBigEndian: true).GetBitLength();
        // With the exponent 1 the signature would be the message itself; an even exponent is not valid for RSA.
        var isOdd = (exponent[^1] & 1) == 1;
        if (bits is < MinRsaBits or > MaxRsaBits || !isOdd || new BigInteger(exponent, isUnsigned: true, isBigEndian: true).IsOne)
            return null;
        return new RsaSecurityKey(new RSAParameters { Modulus = modulus, Exponent = exponent });
    }

    private static byte[]? Bytes(JsonElement key, string name) => StrictJson.Text(key, name) is { } text && StrictBase64Url.TryDecode(text, out var bytes) ? bytes : null;
}
