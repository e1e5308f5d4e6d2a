using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wingman.Authentication;
using Wingman.Sessions;
using Wingman.Silo.Operations;

namespace Wingman.Wire;

/// <summary>Sets up what all endpoints share: the server's limits, the error shape, back-pressure.</summary>
internal static class FrontDoor
{
    /// <summary>Where the API listens when nothing else is configured.</summary>
    public const string DefaultUrl = "http://localhost:8000";

    /// <summary>How long what was sent to a client may stay unacknowledged, before its connection counts as lost. On Linux only.</summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    // Linux's number of the option TCP_USER_TIMEOUT, for which .NET has no name.
    internal const int TcpUserTimeout = 18;

    /// <summary>Registers it.</summary>
    public static WebApplicationBuilder AddFrontDoor(this WebApplicationBuilder builder)
    {
        // Writing a log line per request would cost more than the request. Metrics count the requests.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        var services = builder.Services;
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart().Validate(
            api => Array.TrueForAll(api.TrustedProxies, proxy => IPAddress.TryParse(proxy, out _) || System.Net.IPNetwork.TryParse(proxy, out _)),
            "Wingman:Api:TrustedProxies must be addresses or networks, such as 10.0.0.7 or 10.0.0.0/8.");
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>((server, api) => Limit(server, api.Value));
        services.Configure<SocketTransportOptions>(static sockets => sockets.CreateBoundListenSocket = Listen);
        services.AddOptions<CorsOptions>().Configure<IOptions<ApiOptions>>((cors, api) => cors.AddDefaultPolicy(Allow(api.Value.CorsOrigins)));
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ApiOptions>>((headers, api) => TrustProxies(headers, api.Value.TrustedProxies));
        // Refuses requests before sign-in, so that a refused request does not cost a sign-in.
        services.AddOptions<RateLimiterOptions>().Configure<RequestsInProgress>(static (limiter, inProgress) =>
        {
            limiter.GlobalLimiter = inProgress.Permits;
            limiter.OnRejected = (rejected, _) => new ValueTask(inProgress.RefuseAsync(rejected.HttpContext));
        });
        services.AddCors();
        services.AddRateLimiter(static _ => { });
        services.AddExceptionHandler<FailureHandler>();
        // Failed binding only sets a status, to which BareStatus adds a body: an exception would cost more than the rest of the request.
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = false);
        services.ConfigureHttpJsonOptions(json => WireJson.Apply(json.SerializerOptions));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<RequestsInProgress>();
        services.AddSingleton<GrainCalls>();
        services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LiveSessions>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveSessions>());
        return builder;
    }

    /// <summary>Adds the middleware in front of the endpoints.</summary>
    public static WebApplication UseFrontDoor(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        if (options.TrustedProxies.Length > 0) app.UseForwardedHeaders();
        if (Telemetry.HasTraces(app.Configuration)) app.Use(new RequestSpans(Telemetry.SamplerOf(app.Configuration)).RunAsync);
        app.Use((http, next) =>
        {
            SecurityHeaders.Set(http);
            return SecurityHeaders.Refuses(http) ? Refusals.BadRequest.ExecuteAsync(http) : next(http);
        });
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(BareStatus.AnswerAsync);
        if (options.CorsOrigins.Length > 0) app.UseCors();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseMiddleware<CallerLimits>();
        app.UseAuthorization();
        return app;
    }

    /// <summary>Sets limits for requests of a few hundred bytes. A client of this API does not need to send more, or to send slowly.</summary>
    private static void Limit(KestrelServerOptions server, ApiOptions api)
    {
        server.AddServerHeader = false;
        var limits = server.Limits;
        limits.MaxConcurrentConnections = api.MaxConnections;
        limits.MaxRequestBodySize = JsonBody.MaxBytes;
        limits.MaxRequestBufferSize = 2 * JsonBody.MaxBytes;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // The largest body takes less than the grace period: a request holds its permit while its body arrives, and a user who sends slowly
        // could otherwise hold all of them.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 8 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
    }

    // A client may vanish without closing its connection, such as a phone that changes its network. By default, Linux sends again for about
    // 15 minutes what is not acknowledged. Until then a live stream would count for its user's limit.
    private static Socket Listen(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        // The connections that it accepts inherit the option.
        if (OperatingSystem.IsLinux() && endpoint is IPEndPoint)
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes((int)LongestSilence.TotalMilliseconds));
        return socket;
    }

    private static CorsPolicy Allow(string[] origins) => new CorsPolicyBuilder()
        .WithOrigins(origins)
        .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, "Last-Event-ID", "apikey", TestHeaderHandler.UserHeader, TestHeaderHandler.RoleHeader)
        .WithMethods(HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch)
        .WithExposedHeaders(HeaderNames.RetryAfter)
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
        .Build();

    private static void TrustProxies(ForwardedHeadersOptions headers, string[] proxies)
    {
        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (proxy.Contains('/', StringComparison.Ordinal)) headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            else headers.KnownProxies.Add(IPAddress.Parse(proxy));
        }
    }
}
