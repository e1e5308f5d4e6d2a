using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Wingman.Testing;

/// <summary>Signs tokens as Supabase Auth does, with a shared secret (HS256) or an elliptic-curve key (ES256).</summary>
public sealed class TestTokens : IDisposable
{
    private readonly ECDsa? _key;
    private readonly byte[] _secret = [];
    private readonly TimeProvider _clock;

    private TestTokens(byte[] secret, TimeProvider clock) => (_secret, _clock) = (secret, clock);

    private TestTokens(ECDsa key, TimeProvider clock) => (_key, _clock) = (key, clock);

    /// <summary>The issuer that the tokens name.</summary>
    public string Issuer { get; init; } = "https://wingman.test/auth/v1";

    /// <summary>The audience that the tokens name.</summary>
    public string Audience { get; init; } = "authenticated";

    /// <summary>The id of the ES256 key, in tokens and in <see cref="KeySet"/>.</summary>
    public string KeyId { get; init; } = Guid.NewGuid().ToString();

    /// <summary>The ES256 key as a JWKS document; empty with a shared secret, as Supabase publishes it then.</summary>
    public string KeySet => _key is null ? """{"keys":[]}""" : JsonSerializer.Serialize(new { keys = new[] { PublicKey(_key) } });

    /// <summary>Signs with a shared secret.</summary>
    public static TestTokens WithSharedSecret(string secret, TimeProvider? clock = null) =>
        new(Encoding.UTF8.GetBytes(secret), clock ?? TimeProvider.System);

    /// <summary>Signs with a new P-256 key.</summary>
    public static TestTokens WithNewKey(TimeProvider? clock = null) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), clock ?? TimeProvider.System);

    /// <summary>A user's token.</summary>
    public string ForUser(Guid user, TimeSpan? lifetime = null) =>
        Sign(Claims(lifetime, ("sub", user), ("role", "authenticated"), ("is_anonymous", false)));

    /// <summary>The product's own backend: the service role, no user.</summary>
    public string ForService(TimeSpan? lifetime = null) => Sign(Claims(lifetime, ("role", "service_role")));

    /// <summary>Issuer, audience and lifetime, with the claims that are given; a null value removes a claim.</summary>
    public Dictionary<string, object?> Claims(TimeSpan? lifetime = null, params ReadOnlySpan<(string Name, object? Value)> others)
    {
        var now = _clock.GetUtcNow();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in others)
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = value;
        }

        return claims;
    }

    /// <summary>Signs exactly the given claims.</summary>
    public string Sign(IReadOnlyDictionary<string, object?> claims, bool withKeyId = true)
    {
        object header = (_key, withKeyId) switch
        {
            (null, _) => new { alg = "HS256", typ = "JWT" },
            (_, true) => new { alg = "ES256", typ = "JWT", kid = KeyId },
            _ => new { alg = "ES256", typ = "JWT" },
        };
        var content = $"{Encode(header)}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(content);
        var signature = _key is null ? HMACSHA256.HashData(_secret, bytes) : _key.SignData(bytes, HashAlgorithmName.SHA256);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    /// <inheritdoc/>
    public void Dispose() => _key?.Dispose();

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private Dictionary<string, string> PublicKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["alg"] = "ES256",
            ["use"] = "sig",
            ["kid"] = KeyId,
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }
}
