using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Wingman.Authentication;

/// <summary>Registers the services that authenticate and authorize callers.</summary>
internal static class AuthenticationSetup
{
    /// <summary>Registers it. The settings are checked when the host starts.</summary>
    public static WebApplicationBuilder AddCallers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TokenSettings>().BindConfiguration(TokenSettings.Section).ValidateOnStart();
        services.ConfigureOptions<TokenSettingsRules>();
        services.AddOptions<ServiceKeySettings>().ValidateOnStart();
        services.ConfigureOptions<ServiceKeySetup>();

        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer()
            .AddScheme<AuthenticationSchemeOptions, ServiceKeyHandler>(ServiceKeyHandler.SchemeName, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, TestHeaderHandler>(TestHeaderHandler.SchemeName, configureOptions: null);
        services.AddScoped<IAuthenticationService, CallerAuthenticationService>();
        services.ConfigureOptions<BearerSetup>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<IPolicyEvaluator, SignedInEvaluator>();
        services.AddAuthorizationBuilder()
            .AddPolicy(CallerClaims.ServicePolicy, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.Role, CallerClaims.ServiceRole))
            // An endpoint that has no policy is for callers who have signed in. A request without an endpoint (an unknown path, a
            // wrong method) needs no protection, and is answered 404 or 405.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(context =>
                context.User.Identity is { IsAuthenticated: true } || context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build());

        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddHealthChecks().AddCheck<SigningKeys>("signing keys", tags: ["ready"]);
        return builder;
    }
}
