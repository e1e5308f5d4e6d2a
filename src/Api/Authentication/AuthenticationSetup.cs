using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Wingman.Authentication;

/// <summary>Registers what finds out who calls.</summary>
internal static class AuthenticationSetup
{
    /// <summary>Registers it. The settings are checked when the host starts.</summary>
    public static WebApplicationBuilder AddCallers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddTokenSettings();
        services.AddSingleton<ServiceKeySetup>();
        services.AddSingleton<IConfigureOptions<ServiceKeySettings>>(provider => provider.GetRequiredService<ServiceKeySetup>());
        services.AddSingleton<IValidateOptions<ServiceKeySettings>>(provider => provider.GetRequiredService<ServiceKeySetup>());
        services.AddOptions<ServiceKeySettings>().ValidateOnStart();

        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer()
            .AddScheme<AuthenticationSchemeOptions, ServiceKeyHandler>(ServiceKeyHandler.SchemeName, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, TestHeaderHandler>(TestHeaderHandler.SchemeName, configureOptions: null);
        // The scheme of tokens hands over what brings none: a scheme before all three would cost every token another handler.
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<TokenSettings>>(
            (tokens, settings) => tokens.ForwardDefaultSelector = http => SchemeOf(http, settings.Value.TestHeaders == true));
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.AddSingleton<TokenVerifier>();
        services.AddAuthorizationBuilder().AddPolicy(
            CallerPolicies.Service, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.Role, CallerClaims.ServiceRole));

        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddHealthChecks().AddCheck<SigningKeys>("signing keys", tags: ["ready"]);
        return builder;
    }

    // The first of these that a request has says alone who calls; the others are not looked at, so that two credentials never add
    // up. Supabase's clients send the project's public key in "apikey" beside every user's token.
    private static string SchemeOf(HttpContext http, bool allowsTestHeaders)
    {
        var headers = http.Request.Headers;
        if (headers.Authorization.Count > 0)
            return JwtBearerDefaults.AuthenticationScheme;
        if (allowsTestHeaders && TestHeaderHandler.AreIn(headers))
            return TestHeaderHandler.SchemeName;
        return ServiceKeyHandler.SchemeName;
    }

    private static void AddTokenSettings(this IServiceCollection services)
    {
        services.AddSingleton<DevelopmentSecret>();
        services.AddSingleton<TokenSettingsRules>();
        services.AddSingleton<IPostConfigureOptions<TokenSettings>>(provider => provider.GetRequiredService<TokenSettingsRules>());
        services.AddSingleton<IValidateOptions<TokenSettings>>(provider => provider.GetRequiredService<TokenSettingsRules>());
        services.AddOptions<TokenSettings>().BindConfiguration(TokenSettings.Section).ValidateOnStart();
    }
}
