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
    private const string Endpoints = "Kestrel:Endpoints";
    private const string OwnEndpoint = $"{Endpoints}:WingmanOperators:Url";

    /// <summary>Lets the host listen at the operators' URL too, and refuses settings that leave the operators without a port of their own.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="options">Where the operators' port is.</param>
    /// <param name="urls">Where the host listens for its users, unless endpoints are configured.</param>
    /// <param name="hasUsers">Whether the host has users.</param>
    /// <exception cref="StartRefusedException">The operators' port would be one of the users' ports, or none; or users would have no port.</exception>
    public static void ListenAtOperatorsPort(this WebApplicationBuilder builder, OperationsOptions options, string[] urls, bool hasUsers)
    {
        string[] endpoints = [.. builder.Configuration.GetSection(Endpoints).GetChildren().Select(static endpoint => endpoint["Url"]).OfType<string>()];
        // The operators' endpoint may be one of them, with a certificate of its own.
        string[] others = [.. endpoints.Where(url => Find(url) is not { } address || !address.Equals(Find(options.Url)))];
        RefuseShared(options, endpoints.Length == 0 ? urls : others);
        if (endpoints.Length == 0)
        {
            builder.WebHost.UseUrls([.. urls, options.Url]);
            return;
        }

        // Kestrel listens at the configured endpoints instead of at URLs.
        if (hasUsers && others.Length == 0)
            throw new StartRefusedException($"{Endpoints} has the operators' endpoint only, and replaces ASPNETCORE_URLS: add an endpoint for users.");
        if (others.Length < endpoints.Length) return;
        if (builder.Configuration[OwnEndpoint] is not null)
            throw new StartRefusedException($"{OwnEndpoint} is another URL than Wingman:Operations:Url: give that endpoint another name, or set both to the same URL.");
        builder.Configuration.AddInMemoryCollection([new(OwnEndpoint, options.Url)]);
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

    private static void RefuseShared(OperationsOptions options, IEnumerable<string> publicUrls)
    {
        // The validation of the options reports a URL that is none.
        if (Find(options.Url) is not { } operators) return;
        if (operators.Port is not 0 && !publicUrls.Select(BindingAddress.Parse).Any(address => !address.IsUnixPipe && address.Port == operators.Port)) return;

        throw new StartRefusedException(
            $"Wingman:Operations:Url is '{options.Url}': set it to a port of its own, which is neither 0 nor one of ASPNETCORE_URLS or {Endpoints} "
            + "(except where an endpoint's URL is exactly this one), so that the operators' pages cannot be reached on the public port.");
    }

    private static BindingAddress? Find(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
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
