using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Wingman.Authentication;

/// <summary>Signs in callers as the user that their headers name, without any check, in Development.</summary>
internal sealed class TestHeaderHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "TestHeaders";

    /// <summary>Names the user.</summary>
    public const string UserHeader = "X-Test-User-ID";

    /// <summary>Names the role; without it, a user's.</summary>
    public const string RoleHeader = "X-Test-Role";

    /// <summary>Whether a request has one of the headers.</summary>
    public static bool AreIn(IHeaderDictionary headers) => headers.ContainsKey(UserHeader) || headers.ContainsKey(RoleHeader);

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? user = Request.Headers[UserHeader];
        string? role = Request.Headers[RoleHeader];
        user = string.IsNullOrEmpty(user) ? null : user;
        role = string.IsNullOrEmpty(role) ? CallerClaims.UserRole : role;
        if (CallerClaims.Of(user, role) is null)
            return Task.FromResult(AuthenticateResult.Fail("The test headers do not name a valid caller."));
        var principal = new ClaimsPrincipal(CallerClaims.IdentityOf(user, role, SchemeName));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName)));
    }
}
