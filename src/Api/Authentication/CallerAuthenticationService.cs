using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Wingman.Authentication;

/// <summary>
/// ASP.NET's authentication service, with a choice of the scheme by the request's credentials, and a short cut for tokens that were
/// verified a short time ago. If the default scheme forwarded to the others, a request would have two handlers and two tickets; and to
/// create the bearer handler costs more than to find a token in the cache.
/// </summary>
internal sealed class CallerAuthenticationService(
    IAuthenticationSchemeProvider schemes, IAuthenticationHandlerProvider handlers, IClaimsTransformation transformation,
    IOptions<AuthenticationOptions> options, IOptions<TokenSettings> settings, TokenVerifier verifier)
    : AuthenticationService(schemes, handlers, transformation, options)
{
    private const string BearerPrefix = "Bearer ";

    /// <inheritdoc/>
    public override Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        // Operators sign in with a scheme of their own. Without a name, the default scheme is meant.
        if (scheme is not (null or JwtBearerDefaults.AuthenticationScheme)) return base.AuthenticateAsync(context, scheme);
        return TryReadToken(context.Request.Headers.Authorization, out var token) && verifier.FindVerified(token) is { } verified
            ? Task.FromResult(verified)
            : RunAsync(context, SchemeOf(context.Request.Headers));
    }

    // As the bearer handler reads the header.
    private static bool TryReadToken(StringValues authorization, out ReadOnlySpan<char> token)
    {
        token = default;
        if (authorization is not [{ } text] || !text.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return false;
        token = text.AsSpan(BearerPrefix.Length).Trim();
        return true;
    }

    // Only the first of these credentials that a request has identifies the caller. The others are ignored, so that the rights of two
    // credentials are never combined. Supabase's clients send the project's public key in "apikey" with every user's token.
    private string SchemeOf(IHeaderDictionary headers)
    {
        if (headers.Authorization.Count > 0) return JwtBearerDefaults.AuthenticationScheme;
        if (settings.Value.TestHeaders == true && TestHeaderHandler.AreIn(headers)) return TestHeaderHandler.SchemeName;
        return ServiceKeyHandler.SchemeName;
    }

    // Unlike the base class, this does not transform the claims: that would allocate a set and a second ticket per request, and this
    // service has no transformation.
    private async Task<AuthenticateResult> RunAsync(HttpContext context, string scheme)
    {
        var handler = await Handlers.GetHandlerAsync(context, scheme)
            ?? throw new InvalidOperationException($"The authentication scheme {scheme} is not registered.");
        return await handler.AuthenticateAsync();
    }
}
