using Wingman.Silo.Operations.SignIn;

namespace Wingman.Silo.Operations;

/// <summary>
/// The operators' pages and what they ask for: reachable on the operators' port only, by signed-in operators only
/// (<see cref="OperatorPolicy"/>), and closed to changes from other sites' pages. Everything that only operators may see is
/// mapped on this group.
/// </summary>
internal static class OperatorsGroup
{
    /// <summary>Where the support page is. Every host has it.</summary>
    public const string Support = "/support";

    /// <summary>The page that <c>/</c>, and a sign-in that names no other page, lead to.</summary>
    /// <param name="hasDashboard">Whether the host has the dashboard; without it, an address of the dashboard would be answered 404.</param>
    public static string HomeOf(bool hasDashboard) => hasDashboard ? $"{Dashboard.Path}/" : Support;

    /// <summary>Maps the group, empty, on the operators' port.</summary>
    public static RouteGroupBuilder MapOperatorsGroup(this IEndpointRouteBuilder port)
    {
        var group = port.MapGroup("");
        group.RequireAuthorization(OperatorPolicy.Name);
        group.AddEndpointFilter(static async (call, next) => IsFromElsewhere(call.HttpContext.Request)
            ? Results.Text("A page of another site may not send this request.\n", statusCode: StatusCodes.Status403Forbidden)
            : await next(call));
        return group;
    }

    // Every current browser sends a header that says which site a request comes from. Tools send none, and do not send a cookie by themselves.
    private static bool IsFromElsewhere(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return false;

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site is not ("same-origin" or "none");

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value);
    }
}
