using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Wingman.Authentication;

/// <summary>Signs in callers with one of the configured service keys: the product's own backend, without a user.</summary>
internal sealed partial class ServiceKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IOptions<ServiceKeySettings> keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ServiceKey";

    /// <summary>The header that holds the key.</summary>
    public const string Header = "apikey";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var given = Request.Headers[Header];
        if (given.Count == 0) return Task.FromResult(AuthenticateResult.NoResult());
        if (given is not [{ Length: > 0 and <= ServiceKey.MaxLength } key] || ServiceKey.NameOf(key, keys.Value.Keys) is not { } name)
            return Task.FromResult(AuthenticateResult.Fail("The service key is not known."));
        LogSignedIn(Logger, name);
        var principal = new ClaimsPrincipal(CallerClaims.IdentityOf(user: null, CallerClaims.ServiceRole, SchemeName, name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName)));
    }

    [LoggerMessage(LogLevel.Debug, "The service key {Name} signed in")]
    private static partial void LogSignedIn(ILogger logger, string name);
}
