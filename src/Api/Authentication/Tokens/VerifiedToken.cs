using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>The cached part of a token whose signature and claims are valid.</summary>
internal sealed class VerifiedToken(TokenClaims claims, DateTime validFrom, DateTime validTo) : SecurityToken
{
    /// <summary>Who the token is about. All requests with this token share it, so it must not be changed.</summary>
    public ClaimsIdentity Identity => (ClaimsIdentity)Result.Principal!.Identity!;

    /// <summary>
    /// The result of authentication with this token, and the time at which it expires, as the bearer handler's has it. All requests with this
    /// token share it, so it must not be changed.
    /// </summary>
    public AuthenticateResult Result { get; } = AuthenticateResult.Success(new AuthenticationTicket(
        new ClaimsPrincipal(CallerClaims.IdentityOf(claims.Subject, claims.Role, JwtBearerDefaults.AuthenticationScheme)),
        new AuthenticationProperties { ExpiresUtc = new DateTimeOffset(validTo, TimeSpan.Zero) },
        JwtBearerDefaults.AuthenticationScheme));

    /// <inheritdoc/>
    public override string Id => "";

    /// <inheritdoc/>
    public override string Issuer => claims.Issuer;

    /// <summary>Not kept.</summary>
    public override SecurityKey? SecurityKey => null;

    /// <summary>Not kept.</summary>
    public override SecurityKey? SigningKey { get; set; }

    /// <inheritdoc/>
    public override DateTime ValidFrom => validFrom;

    /// <inheritdoc/>
    public override DateTime ValidTo => validTo;
}
