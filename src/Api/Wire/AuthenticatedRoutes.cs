using Microsoft.AspNetCore.Authentication;
using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>An endpoint that knows its caller.</summary>
internal delegate Task AuthenticatedDelegate(HttpContext http, Caller caller);

/// <summary>Maps endpoints that take no request without a caller: who calls is settled before anything else is looked at.</summary>
internal static class AuthenticatedRoutes
{
    /// <summary>Maps an endpoint.</summary>
    public static IEndpointConventionBuilder MapAuthenticated(
        this IEndpointRouteBuilder routes, string method, string pattern, AuthenticatedDelegate endpoint) =>
        routes.MapMethods(pattern, [method], Behind(endpoint));

    /// <summary>Maps an endpoint that reads, for GET and HEAD (for which the server drops the body).</summary>
    public static IEndpointConventionBuilder MapAuthenticatedRead(
        this IEndpointRouteBuilder routes, string pattern, AuthenticatedDelegate endpoint)
    {
        var handler = Behind(endpoint);
        routes.MapMethods(pattern, [HttpMethods.Head], handler);
        return routes.MapMethods(pattern, [HttpMethods.Get], handler);
    }

    /// <summary>Maps an endpoint that anyone may call.</summary>
    public static IEndpointConventionBuilder MapAnonymousRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate endpoint)
    {
        routes.MapMethods(pattern, [HttpMethods.Head], endpoint).AllowAnonymous();
        return routes.MapMethods(pattern, [HttpMethods.Get], endpoint).AllowAnonymous();
    }

    private static RequestDelegate Behind(AuthenticatedDelegate endpoint) =>
        http => CallerClaims.Read(http.User) is { } caller ? endpoint(http, caller) : http.ChallengeAsync();
}
