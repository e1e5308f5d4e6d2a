using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>Makes ASP.NET's bearer authentication as strict as <see cref="TokenSettings"/> says.</summary>
internal sealed class BearerSetup(IOptions<TokenSettings> options, SigningKeys keys) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <inheritdoc/>
    public void Configure(string? name, JwtBearerOptions options) => Configure(options);

    /// <inheritdoc/>
    public void Configure(JwtBearerOptions bearer)
    {
        var settings = options.Value;
        bearer.MapInboundClaims = false;
        // Whether a token is expired or forged is not the caller's business.
        bearer.IncludeErrorDetails = false;
        bearer.ConfigurationManager = keys.Source;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = keys.Source is null
                ? [SecurityAlgorithms.HmacSha256]
                : [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = keys.Source is null ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings.SharedSecret!)) : null,
            ValidIssuer = settings.Issuer,
            ValidAudience = settings.Audience,
            ValidateIssuer = true,
            ValidateAudience = true,
            ValidateLifetime = true,
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
    }
}
