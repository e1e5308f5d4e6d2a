using Microsoft.AspNetCore.Authentication.JwtBearer;
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
        services.AddSingleton<DevelopmentSecret>();
        services.AddSingleton<TokenSettingsRules>();
        services.AddSingleton<IPostConfigureOptions<TokenSettings>>(provider => provider.GetRequiredService<TokenSettingsRules>());
        services.AddSingleton<IValidateOptions<TokenSettings>>(provider => provider.GetRequiredService<TokenSettingsRules>());
        services.AddOptions<TokenSettings>().BindConfiguration(TokenSettings.Section).ValidateOnStart();

        // A single scheme becomes the default by itself, and then runs for every request, with a token or without.
        // CallerResolver asks for it where there is one.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        services.AddAuthentication().AddJwtBearer();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<CallerResolver>();
        services.AddHealthChecks().AddCheck<SigningKeys>("signing keys", tags: ["ready"]);
        return builder;
    }
}
