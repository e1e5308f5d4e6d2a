using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.RateLimiting;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>Registers how operators sign in: ASP.NET's cookie scheme, antiforgery and rate limiter.</summary>
internal static class OperatorSignIn
{
    /// <summary>Where the form is.</summary>
    public const string Path = "/sign-in";

    /// <summary>How many attempts an address has in a minute.</summary>
    public const int AttemptsPerMinute = 5;

    /// <summary>The name of the limit.</summary>
    public const string Limit = "operator sign-in";

    /// <summary>Registers it.</summary>
    public static void AddOperatorSignIn(this IServiceCollection services, OperationsOptions options)
    {
        services.AddOptions<OperatorSettings>().ValidateOnStart();
        services.ConfigureOptions<OperatorSetup>();

        services.AddAuthentication().AddCookie(OperatorPolicy.Name, cookie => Configure(cookie, options));
        services.AddSingleton<OperatorPolicy>();
        services.AddSingleton<IAuthorizationHandler>(static provider => provider.GetRequiredService<OperatorPolicy>());
        services.AddAuthorizationBuilder().AddPolicy(OperatorPolicy.Name, OperatorPolicy.Build);
        services.AddAntiforgery(antiforgery => antiforgery.Cookie = new SecureCookie { Name = $"wingman-form-{options.Port}", SameSite = SameSiteMode.Strict, IsEssential = true });
        services.AddRateLimiter(static _ => { });

        var keys = services.AddDataProtection().SetApplicationName("Wingman");
        if (options.KeyDirectory is { Length: > 0 } folder) keys.PersistKeysToFileSystem(new DirectoryInfo(folder));
        else services.Configure<KeyManagementOptions>(static management => management.XmlRepository = new MemoryKeys());
    }

    /// <summary>The limits of the operators' port. They are its own: those of the API count other things.</summary>
    public static RateLimiterOptions Limits()
    {
        var limits = new RateLimiterOptions
        {
            RejectionStatusCode = StatusCodes.Status429TooManyRequests,
            OnRejected = static async (rejected, cancellation) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "60";
                await rejected.HttpContext.Response.WriteAsync("Too many attempts to sign in: try again in a minute.\n", cancellation);
            },
        };
        limits.AddPolicy(Limit, static http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress ?? IPAddress.None,
            static _ => new FixedWindowRateLimiterOptions { PermitLimit = AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        return limits;
    }

    private static void Configure(CookieAuthenticationOptions scheme, OperationsOptions options)
    {
        // Browsers send a cookie to every port of a host: the port is in the name, so that hosts on one machine have separate cookies.
        scheme.Cookie = new SecureCookie { Name = $"wingman-operator-{options.Port}", SameSite = SameSiteMode.Strict, IsEssential = true };
        scheme.ExpireTimeSpan = options.SignInLifetime;
        scheme.SlidingExpiration = false;
        scheme.LoginPath = Path;
        scheme.ReturnUrlParameter = SignInPage.ReturnParameter;
        scheme.Events.OnRedirectToLogin = static challenge => RefuseAsync(challenge.HttpContext, challenge.RedirectUri);
        scheme.Events.OnRedirectToAccessDenied = static denied => RefuseAsync(denied.HttpContext, Path);
    }

    // A person is redirected to the form; a page's script or a tool gets 401.
    private static Task RefuseAsync(HttpContext http, string form)
    {
        var isPage = HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (isPage)
        {
            http.Response.Redirect(new Uri(form, UriKind.RelativeOrAbsolute) is { IsAbsoluteUri: true } uri ? uri.PathAndQuery : form);
            return Task.CompletedTask;
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return http.Response.WriteAsync($"Operators only: sign in at {Path}.\n");
    }

    /// <summary>
    /// A cookie that browsers send over TLS (and to their own machine) only, also where a proxy ended the TLS. The cookie's own
    /// policy is not used for this, since antiforgery then refuses requests that arrive without TLS.
    /// </summary>
    private sealed class SecureCookie : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = true;
            options.HttpOnly = true;
            options.Path = "/";
            return options;
        }
    }
}
