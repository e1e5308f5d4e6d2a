using System.Text;
using Microsoft.Extensions.Options;
using Wingman.Development;

namespace Wingman.Authentication;

/// <summary>Completes the settings in Development. The host does not start with settings that would admit everyone or no one.</summary>
internal sealed class TokenSettingsRules(IHostEnvironment environment) : IPostConfigureOptions<TokenSettings>, IValidateOptions<TokenSettings>
{
    private const int MinSecretBytes = 32;
    private const int MaxRememberedTokens = 1_000_000;
    private const string KeySources = "Authentication:SharedSecret (HS256), Authentication:Authority or Authentication:JwksUrl (ES256, RS256)";

    /// <inheritdoc/>
    public void PostConfigure(string? name, TokenSettings options)
    {
        if (environment.IsDevelopment())
        {
            options.TestHeaders ??= true;
            if (!options.KeySources().Any()) options.SharedSecret = DevelopmentSecret.Read(environment.ContentRootPath);
            if (string.IsNullOrEmpty(options.Authority)) options.Issuer ??= TokenSettings.DevelopmentIssuer;
        }

        if (string.IsNullOrEmpty(options.Issuer)) options.Issuer = options.Authority;
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TokenSettings options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private string? Problem(TokenSettings options)
    {
        var sources = options.KeySources().ToArray();
        if (sources.Length == 0) return $"Set {KeySources}, so that callers' tokens can be checked.";
        if (sources.Length > 1) return $"Set only one of {KeySources}; now set are {string.Join(" and ", sources)}.";
        if (IsTooShort(options.SharedSecret)) return $"Authentication:SharedSecret must be at least {MinSecretBytes} bytes long.";
        if (IsTooShort(options.LegacyServiceKeySecret)) return $"Authentication:LegacyServiceKeySecret must be at least {MinSecretBytes} bytes long.";
        if (!IsUsable(options.Authority)) return "Authentication:Authority must be an https address.";
        if (!IsUsable(options.JwksUrl)) return "Authentication:JwksUrl must be an https address.";
        if (string.IsNullOrEmpty(options.Issuer))
            return "Set Authentication:Issuer to the issuer (iss) of your tokens, such as https://<project>.supabase.co/auth/v1.";
        if (options.Issuer == LegacyServiceKey.Issuer)
            return "Authentication:Issuer must be the issuer of users' tokens; 'supabase' issues API keys only.";
        if (string.IsNullOrEmpty(options.Audience)) return "Set Authentication:Audience to the audience (aud) of your tokens.";
        if (options.RememberedTokens is < 0 or > MaxRememberedTokens)
            return $"Authentication:RememberedTokens must be between 0 and {MaxRememberedTokens}.";
        if (options.TestHeaders == true && !environment.IsDevelopment())
            return "Authentication:TestHeaders lets every caller act as any user and works in Development only; remove it.";
        return null;
    }

    private static bool IsTooShort(string? secret) => !string.IsNullOrEmpty(secret) && Encoding.UTF8.GetByteCount(secret) < MinSecretBytes;

    private bool IsUsable(string? address)
    {
        if (string.IsNullOrEmpty(address)) return true;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && environment.IsDevelopment()));
    }
}
