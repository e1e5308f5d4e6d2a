using Wingman.Authentication;

namespace Wingman.Wire;

/// <summary>
/// An endpoint of the API, in a file of its own: route, request, rules of binding, answers, documentation. It is found by this
/// interface, and is only for callers who have signed in unless it has <c>AllowAnonymous</c>.
/// </summary>
internal interface IEndpoint
{
    /// <summary>Maps the endpoint below <c>/api</c>.</summary>
    static abstract void Map(IEndpointRouteBuilder api);
}

/// <summary>Maps the endpoints.</summary>
internal static class Endpoints
{
    /// <summary>Maps all of them, in the order of their names.</summary>
    public static void MapEndpoints(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").RequireAuthorization();
        var endpoints = typeof(IEndpoint).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IEndpoint)));
        foreach (var endpoint in endpoints.OrderBy(type => type.Name, StringComparer.Ordinal))
            endpoint.GetMethod(nameof(IEndpoint.Map))!.CreateDelegate<Action<IEndpointRouteBuilder>>()(api);
    }

    /// <summary>Maps an endpoint that reads, for GET and HEAD (for which the server drops the body).</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate handler) =>
        routes.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    /// <summary>Only the product's own backend may call the endpoint.</summary>
    public static TBuilder ForService<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(CallerClaims.ServicePolicy).Refuses(Refusals.NotService);
}
