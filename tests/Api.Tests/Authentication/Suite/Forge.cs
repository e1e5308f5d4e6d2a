using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wingman.Api.Tests.Authentication.Suite;

/// <summary>Makes forged tokens with any header, any claims and any signature. Without changes they are valid tokens.</summary>
public sealed class Forge(TimeProvider clock) : IDisposable
{
    public const string Issuer = "https://wingman.test/auth/v1";
    public const string User = "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11";

    /// <summary>The header of a good token.</summary>
    public const string GoodHeader = """{"alg":"ES256","typ":"JWT","kid":"ec"}""";

    private static readonly string[] SignOnly = ["sign"];

    private readonly Dictionary<string, ECDsa> _ec = new[] { "ec", "withdrawn", "encryption", "sign-only", "foreign", "twin", "twin-2", "other-alg" }
        .ToDictionary(id => id, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly Dictionary<string, RSA> _rsa = new() { ["rsa"] = RSA.Create(2048), ["weak"] = RSA.Create(1024), ["rsa-ps"] = RSA.Create(2048) };
    private readonly byte[] _oct = RandomNumberGenerator.GetBytes(32);

    /// <summary>The address of the server that counts requests, for headers that say where keys are.</summary>
    public string KeyServer { get; set; } = "";

    /// <summary>A service key that is configured.</summary>
    public string ServiceKey { get; } = Wingman.Authentication.ServiceKey.Make();

    /// <summary>What the issuer publishes, with the keys that are withdrawn later or without.</summary>
    public string KeySet(bool withWithdrawn)
    {
        var keys = new List<object>
        {
            Ec("ec", new() { ["use"] = "sig", ["alg"] = "ES256" }),
            Ec("encryption", new() { ["use"] = "enc" }),
            Ec("sign-only", new() { ["key_ops"] = SignOnly }),
            Ec("other-alg", new() { ["alg"] = "ES384" }),
            Ec("twin"),
            Ec("twin-2", new() { ["kid"] = "twin" }),
            Rsa("rsa"),
            Rsa("weak"),
            Rsa("rsa-ps", "PS256"),
            new { kty = "oct", kid = "oct", alg = "HS256", k = Base64Url.EncodeToString(_oct) },
            new { kty = "EC", crv = "P-256", kid = "off-curve", x = Base64Url.EncodeToString(new byte[32]), y = Base64Url.EncodeToString(new byte[32]) },
            new { kty = 7 },
            P384(),
        };
        if (withWithdrawn) keys.Add(Ec("withdrawn"));
        return JsonSerializer.Serialize(new { keys });
    }

    /// <summary>A token with this header, these claims and this signature; what is not given is as in a good token.</summary>
    public string Token(string header = GoodHeader, string? claims = null, Func<byte[], byte[]>? sign = null) =>
        TokenOf(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims ?? Claims()), sign);

    /// <summary>A token of bytes that need not be text.</summary>
    public string TokenOf(byte[] header, byte[] claims, Func<byte[], byte[]>? sign = null)
    {
        var content = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{content}.{Base64Url.EncodeToString((sign ?? By("ec"))(Encoding.ASCII.GetBytes(content)))}";
    }

    /// <summary>A good token but for these claims, each as JSON; null leaves one out.</summary>
    public string With(params (string Name, string? Json)[] changes) => Token(claims: Claims(changes));

    /// <summary>A good token with further members in its header.</summary>
    public string WithHeader(string members, Func<byte[], byte[]>? sign = null) => Token(GoodHeader[..^1] + "," + members + "}", sign: sign);

    /// <summary>The claims of a good token with changes.</summary>
    public string Claims(params (string Name, string? Json)[] changes)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = "authenticated",
            ["sub"] = User,
            ["role"] = "authenticated",
            ["is_anonymous"] = false,
            ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            ["exp"] = clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
        };
        foreach (var (name, _) in changes) claims.Remove(name);
        var members = claims.Select(claim => $"\"{claim.Key}\":{claim.Value!.ToJsonString()}")
            .Concat(changes.Where(change => change.Json is not null).Select(change => $"\"{change.Name}\":{change.Json}"));
        return "{" + string.Join(',', members) + "}";
    }

    /// <summary>A moment, in seconds from now.</summary>
    public string At(int seconds) => clock.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Signs with ES256.</summary>
    public Func<byte[], byte[]> By(string keyId) => content => _ec[keyId].SignData(content, HashAlgorithmName.SHA256);

    /// <summary>Signs with ES256 in the form that certificates use.</summary>
    public byte[] InDer(byte[] content) => _ec["ec"].SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Signs with RSA.</summary>
    public Func<byte[], byte[]> ByRsa(string keyId, HashAlgorithmName? hash = null, bool pss = false) => content =>
        _rsa[keyId].SignData(content, hash ?? HashAlgorithmName.SHA256, pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

    /// <summary>Signs with ES384.</summary>
    public byte[] ByP384(byte[] content) => _p384.SignData(content, HashAlgorithmName.SHA384);

    /// <summary>Signs with HS256 and a secret that anybody can know, or that is published.</summary>
    public static Func<byte[], byte[]> ByHmac(string secret) => ByHmac(Encoding.UTF8.GetBytes(secret));

    public static Func<byte[], byte[]> ByHmac(byte[] secret) => content => HMACSHA256.HashData(secret, content);

    /// <summary>The published key in the forms in which it could be mistaken for a secret.</summary>
    public byte[] PublicKeyAs(string form) => form switch
    {
        "pem" => Encoding.UTF8.GetBytes(_ec["ec"].ExportSubjectPublicKeyInfoPem()),
        "der" => _ec["ec"].ExportSubjectPublicKeyInfo(),
        "x" => _ec["ec"].ExportParameters(false).Q.X!,
        "jwk" => JsonSerializer.SerializeToUtf8Bytes(Ec("ec")),
        "oct" => _oct,
        _ => Encoding.UTF8.GetBytes(KeySet(withWithdrawn: false)),
    };

    /// <summary>A key of the forger's own, as a header can carry it.</summary>
    public string ForeignJwk => JsonSerializer.Serialize(Ec("foreign"));

    /// <summary>A token that a change is made to after it was signed.</summary>
    public string Altered(Func<string[], string> change) => change(Token().Split('.'));

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public void Dispose()
    {
        foreach (var key in _ec.Values) key.Dispose();
        foreach (var key in _rsa.Values) key.Dispose();
        _p384.Dispose();
    }

    private Dictionary<string, object> Ec(string id, Dictionary<string, object>? more = null)
    {
        var point = _ec[id].ExportParameters(false).Q;
        var key = new Dictionary<string, object>
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
        foreach (var (name, value) in more ?? []) key[name] = value;
        return key;
    }

    private object Rsa(string id, string algorithm = "RS256")
    {
        var key = _rsa[id].ExportParameters(false);
        return new { kty = "RSA", kid = id, alg = algorithm, n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) };
    }

    private object P384()
    {
        var point = _p384.ExportParameters(false).Q;
        return new { kty = "EC", crv = "P-384", kid = "p384", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) };
    }
}
