using Wingman.Silo.Hosting;
using Wingman.Silo.Operations.SignIn;

namespace Wingman.Silo.Operations;

/// <summary>
/// The operators' port: a pipeline with routes of its own, so that the public port has none of them and this one none of the
/// users'. Requests are distinguished by the socket that they came in on, which a client cannot choose, rather than by their Host
/// header, which it can.
/// </summary>
internal static class OperatorsPort
{
    /// <summary>Refuses settings that leave the operators without a port of their own.</summary>
    /// <param name="options">Where the operators' port is.</param>
    /// <param name="publicUrls">Where the host listens for its users.</param>
    /// <exception cref="StartRefusedException">The ports are the same, or the operators' port is not known.</exception>
    public static void RefuseShared(OperationsOptions options, IEnumerable<string> publicUrls)
    {
        // The validation of the options reports this.
        if (!Uri.IsWellFormedUriString(options.Url, UriKind.Absolute)) return;
        if (options.Port is not 0 && !publicUrls.Select(BindingAddress.Parse).Any(address => !address.IsUnixPipe && address.Port == options.Port)) return;

        throw new StartRefusedException(
            $"Wingman:Operations:Url is '{options.Url}': set it to a port of its own, which is neither 0 nor one of ASPNETCORE_URLS, so that the operators' pages cannot be reached on the public port.");
    }

    /// <summary>Serves what comes in on the port, and passes on everything else.</summary>
    /// <param name="app">The host.</param>
    /// <param name="number">The port.</param>
    /// <param name="map">Maps its endpoints.</param>
    public static void UseOperatorsPort(this IApplicationBuilder app, int number, Action<IEndpointRouteBuilder> map)
    {
        // Not a branch of the host's pipeline: branches share the host's routes.
        var port = new ApplicationBuilder(app.ApplicationServices);
        port.Use(AddHeaders);
        port.UseRouting();
        port.UseRateLimiter(OperatorSignIn.Limits());
        port.UseAuthentication();
        port.UseAuthorization();
        // The API's reference describes every route of the host that is not excluded.
        port.UseEndpoints(endpoints => map(endpoints.MapGroup("").ExcludeFromDescription()));
        var serve = port.Build();
        app.Use(next => http => http.Connection.LocalPort == number ? serve(http) : next(http));
    }

    // These headers make browsers keep the operators' pages out of caches, and out of frames and referrers of other sites.
    private static Task AddHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return next(context);
    }
}
