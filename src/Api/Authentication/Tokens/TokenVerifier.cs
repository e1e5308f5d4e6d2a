using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// Checks tokens for ASP.NET's bearer handler. This class first checks what the library is not strict about (the forms of header and
/// claims) and chooses the key. The library then checks signature, issuer, audience and lifetime, with exactly one key and one algorithm.
/// </summary>
internal sealed class TokenVerifier(SigningKeys keys, IOptions<TokenSettings> options, TimeProvider time) : TokenHandler
{
    /// <summary>The longest token that is checked. Supabase's have about 1,000 characters, more with much metadata.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>How far the issuer's clock may be ahead or behind, as in PostgREST.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Created once and never thrown, so that refusing an invalid token costs less than sending it.
    private static readonly TokenValidationResult Refused = new() { IsValid = false, Exception = new SecurityTokenException("The token is not accepted.") };
    private static readonly TokenValidationResult NoKeys = new() { IsValid = false, Exception = new SigningKeysMissingException() };
    private readonly JsonWebTokenHandler _library = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly VerifiedTokens _verified = new(options.Value.RememberedTokens, time);
    private readonly SecurityKey? _legacyKey = LegacyServiceKey.KeyOf(options.Value.LegacyServiceKeySecret);

    /// <summary>The result of authentication with a token that was verified a short time ago, with the keys that are valid now; null for other tokens.</summary>
    public AuthenticateResult? FindVerified(ReadOnlySpan<char> token) =>
        token.Length > MaxLength ? null : _verified.Find(TokenDigest.Of(token), keys.Current);

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (token.Length > MaxLength || Read(token) is not ({ } header, { } claims)) return Refused;

        var ring = keys.Current;
        var rules = validationParameters.Clone();
        rules.ValidAlgorithms = [header.Algorithm];
        if (_legacyKey is not null && LegacyServiceKey.IsIssuerOf(header, claims))
        {
            if (!LegacyServiceKey.IsService(claims)) return Refused;
            (rules.ValidIssuer, rules.ValidateAudience, rules.IssuerSigningKey) = (LegacyServiceKey.Issuer, false, _legacyKey);
        }
        else
        {
            if (CallerClaims.Of(claims.Subject, claims.Role) is null) return Refused;
            if (ring.Count == 0) return NoKeys;
            rules.IssuerSigningKey = ring.Find(header.Algorithm, header.KeyId);
        }

        if (rules.IssuerSigningKey is null) return Refused;
        var result = await _library.ValidateTokenAsync(token, rules);
        if (!result.IsValid) return Refused;
        var identity = CallerClaims.IdentityOf(claims.Subject, claims.Role, JwtBearerDefaults.AuthenticationScheme);
        _verified.Add(TokenDigest.Of(token), identity, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero), ring);
        return new() { IsValid = true, SecurityToken = result.SecurityToken, ClaimsIdentity = identity };
    }

    private (TokenHeader Header, TokenClaims Claims)? Read(string token)
    {
        Span<Range> parts = stackalloc Range[4];
        // A token with five parts is encrypted. It would have to be decrypted before it can be checked, and is refused.
        if (token.AsSpan().Split(parts, '.') != 3
            || !StrictBase64Url.TryDecode(token.AsSpan(parts[0]), out var headerJson)
            || !StrictBase64Url.TryDecode(token.AsSpan(parts[1]), out var claimsJson)
            || !StrictBase64Url.TryDecode(token.AsSpan(parts[2]), out var signature)
            || signature.Length == 0)
        {
            return null;
        }

        try
        {
            return TokenHeader.Read(headerJson) is { } header && TokenClaims.Read(claimsJson, time.GetUtcNow() + ClockSkew) is { } claims
                ? (header, claims)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
