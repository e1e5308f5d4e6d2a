using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Wingman.Wire;

namespace Wingman.Authentication;

/// <summary>Makes ASP.NET's bearer authentication as strict as <see cref="TokenSettings"/> says.</summary>
internal sealed class BearerSetup(IOptions<TokenSettings> settings, TokenVerifier verifier, TimeProvider time) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <inheritdoc/>
    public void Configure(string? name, JwtBearerOptions options) => Configure(options);

    /// <inheritdoc/>
    public void Configure(JwtBearerOptions options)
    {
        // The answer does not say whether a token is expired or forged.
        options.IncludeErrorDetails = false;
        options.SaveToken = false;
        // The handler itself fetches no keys: it has no authority, and SigningKeys fetches them.
        options.RefreshOnIssuerKeyNotFound = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(verifier);
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = settings.Value.Issuer,
            ValidAudience = settings.Value.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidateIssuer = true,
            ValidateAudience = true,
            ValidateLifetime = true,
            LifetimeValidator = IsAlive,
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
        };
        options.Events = new JwtBearerEvents
        {
            // The answers to all callers, whichever way they signed in: this scheme is the default one.
            OnChallenge = challenge =>
            {
                challenge.HandleResponse();
                var refusal = challenge.AuthenticateFailure is SigningKeysMissingException ? Refusals.NoSigningKeys : Refusals.Unauthorized;
                return refusal.ExecuteAsync(challenge.HttpContext);
            },
            OnForbidden = forbidden => Refusals.NotService.ExecuteAsync(forbidden.HttpContext),
        };
    }

    // The library would use the machine's clock; this service always uses its TimeProvider.
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is not null && now - TokenVerifier.ClockSkew < expires && (notBefore is null || notBefore <= now + TokenVerifier.ClockSkew);
    }
}
