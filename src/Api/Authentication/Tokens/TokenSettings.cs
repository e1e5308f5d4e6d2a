namespace Wingman.Authentication;

/// <summary>
/// Whose tokens are accepted (section <c>Authentication</c>). Exactly one of <see cref="SharedSecret"/>,
/// <see cref="Authority"/> and <see cref="JwksUrl"/> must be set as the source of the keys.
/// </summary>
internal sealed class TokenSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Authentication";

    /// <summary>The issuer of tokens that <c>Wingman.Api token</c> makes in Development.</summary>
    public const string DevelopmentIssuer = "wingman-development";

    /// <summary>The secret that signs the tokens with HS256, at least 32 bytes: Supabase projects of the older kind.</summary>
    public string? SharedSecret { get; set; }

    /// <summary>An OpenID Connect issuer that publishes its ES256 or RS256 keys by discovery.</summary>
    public string? Authority { get; set; }

    /// <summary>Where the ES256 or RS256 keys are published, for issuers without discovery.</summary>
    public string? JwksUrl { get; set; }

    /// <summary>The <c>iss</c> of a valid token. Default: the <see cref="Authority"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> of a valid token. Default <c>authenticated</c>, as Supabase writes it.</summary>
    public string? Audience { get; set; } = "authenticated";

    /// <summary>
    /// The secret of Supabase's <c>service_role</c> key of the older kind, at least 32 bytes. If it is not set, such keys are refused.
    /// Supabase ends them at the end of 2026; service keys replace them.
    /// </summary>
    public string? LegacyServiceKeySecret { get; set; }

    /// <summary>
    /// How many verified tokens are cached for up to a minute: about as many as users are active in that time. 0 (none) to
    /// 1,000,000, about 1.3 KB each. Default 50,000.
    /// </summary>
    public int RememberedTokens { get; set; } = 50_000;

    /// <summary>
    /// Whether callers may sign in as any user by headers (<c>X-Test-User-ID</c>, <c>X-Test-Role</c>). Development only, the default there.
    /// </summary>
    public bool? TestHeaders { get; set; }

    /// <summary>The sources of keys that are set, by the names of their settings.</summary>
    public IEnumerable<string> KeySources()
    {
        if (!string.IsNullOrEmpty(SharedSecret)) yield return $"{Section}:{nameof(SharedSecret)}";
        if (!string.IsNullOrEmpty(Authority)) yield return $"{Section}:{nameof(Authority)}";
        if (!string.IsNullOrEmpty(JwksUrl)) yield return $"{Section}:{nameof(JwksUrl)}";
    }
}
