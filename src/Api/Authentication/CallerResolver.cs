using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Wingman.Wire;

namespace Wingman.Authentication;

/// <summary>Who calls, or the answer for whoever does not say so believably.</summary>
internal readonly record struct Identified(Caller? Caller, ConstantAnswer? Refused)
{
    /// <summary>The answer when there is no caller.</summary>
    public ConstantAnswer Refusal => Refused ?? Refusals.Unauthorized;
}

/// <summary>
/// Finds out who calls: by the bearer token where there is one, else by the test headers where they are allowed. ASP.NET's
/// machinery runs only for a token, so that the other requests do not pay for it.
/// </summary>
internal sealed class CallerResolver(IOptions<TokenSettings> settings, SigningKeys keys)
{
    /// <summary>Names the user in Development.</summary>
    public const string TestUserHeader = "X-Test-User-ID";

    /// <summary>Names the role in Development; without it, a user's.</summary>
    public const string TestRoleHeader = "X-Test-Role";

    private readonly bool _testHeaders = settings.Value.TestHeaders == true;

    /// <summary>Finds out who calls.</summary>
    public ValueTask<Identified> IdentifyAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (headers.Authorization.Count > 0)
            return ByTokenAsync(http);
        return new(_testHeaders ? ByTestHeaders(headers) : default);
    }

    private async ValueTask<Identified> ByTokenAsync(HttpContext http)
    {
        // Without keys nothing can be said about a token; telling its owner to log in again would be wrong.
        if (!keys.AreKnown)
            return new(null, Refusals.NoSigningKeys);
        var result = await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        return result.Succeeded ? new(CallerClaims.Read(result.Principal.Claims), null) : default;
    }

    private static Identified ByTestHeaders(IHeaderDictionary headers)
    {
        string? user = headers[TestUserHeader];
        string? role = headers[TestRoleHeader];
        return new(CallerClaims.Of(string.IsNullOrEmpty(user) ? null : user, string.IsNullOrEmpty(role) ? CallerClaims.UserRole : role), null);
    }
}
