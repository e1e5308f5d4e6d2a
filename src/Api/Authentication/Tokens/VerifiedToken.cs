using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>The cached part of a token whose signature and claims are valid.</summary>
internal sealed class VerifiedToken(TokenClaims claims, DateTime validFrom, DateTime validTo) : SecurityToken
{
    /// <summary>The claims.</summary>
    public TokenClaims Claims => claims;

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
