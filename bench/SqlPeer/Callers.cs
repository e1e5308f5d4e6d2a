using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.SqlPeer;

/// <summary>Who calls: the test header in Development, else a token signed with a published ES256 key.</summary>
internal static class Callers
{
    private const string TestHeader = "X-Test-User-ID";

    public static async Task AddCallersAsync(this WebApplicationBuilder builder)
    {
        var keys = builder.Configuration["Authentication:JwksUrl"] is { } address ? await FetchKeysAsync(address) : [];
        // As in Wingman, the scheme runs where it is asked for, not for every request.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        builder.Services.AddAuthentication().AddJwtBearer(options =>
        {
            options.MapInboundClaims = false;
            options.IncludeErrorDetails = false;
            options.TokenValidationParameters = new TokenValidationParameters
            {
                IssuerSigningKeys = keys,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                ValidAudience = builder.Configuration["Authentication:Audience"] ?? "authenticated",
                ValidIssuer = builder.Configuration["Authentication:Issuer"],
                ValidateIssuer = builder.Configuration["Authentication:Issuer"] is not null,
                ClockSkew = TimeSpan.FromSeconds(30),
            };
        });
    }

    /// <summary>The calling user, or null when nobody is authenticated.</summary>
    public static ValueTask<Guid?> AuthenticateUserAsync(this HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(TestHeader, out var header)
            && context.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment())
        {
            return ValueTask.FromResult<Guid?>(Guid.TryParse(header.ToString(), out var user) ? user : null);
        }

        return FromTokenAsync(context);
    }

    private static async Task<IList<SecurityKey>> FetchKeysAsync(string address)
    {
        using var http = new HttpClient();
        return new JsonWebKeySet(await http.GetStringAsync(new Uri(address))).GetSigningKeys();
    }

    private static async ValueTask<Guid?> FromTokenAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        return Guid.TryParse(result.Principal?.FindFirst("sub")?.Value, out var user) ? user : null;
    }
}
