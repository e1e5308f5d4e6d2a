using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wingman.Authentication;

/// <summary>
/// <c>Wingman.Api token &lt;user-id&gt; [--role service_role] [--minutes n]</c>: prints a token that this API accepts. For
/// Development, where the API has the secret that signs tokens.
/// </summary>
internal static class TokenCommand
{
    private const string Usage = "Usage: token <user-id> [--role authenticated|service_role] [--minutes n]";
    private const int DefaultMinutes = 60;
    private const int MaxMinutes = 366 * 24 * 60;

    /// <summary>Whether the command line asks for a token instead of a server.</summary>
    public static bool Asks(string[] args) => args is ["token", ..];

    /// <summary>Prints the token.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string[] args)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddCallers();
        if (!builder.Environment.IsDevelopment())
            return Refuse("Tokens are made in Development only; elsewhere they come from your issuer.");
        using var app = builder.Build();
        var settings = app.Services.GetRequiredService<IOptions<TokenSettings>>().Value;
        if (string.IsNullOrEmpty(settings.SharedSecret))
            return Refuse("Tokens are made only where Authentication:SharedSecret signs them; yours come from your issuer.");
        if (!TryRead(args, out var user, out var role, out var minutes)) return Refuse(Usage);
        Console.Out.WriteLine(Sign(settings, user, role, TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromMinutes(minutes)));
        return 0;
    }

    private static string Sign(TokenSettings settings, Guid user, string role, DateTime now, TimeSpan life)
    {
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings.SharedSecret!));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = settings.Issuer,
            Audience = settings.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + life,
            Claims = new Dictionary<string, object> { ["sub"] = user.ToString(), ["role"] = role },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
        });
    }

    private static bool TryRead(string[] args, out Guid user, out string role, out int minutes)
    {
        user = default;
        role = CallerClaims.UserRole;
        minutes = DefaultMinutes;
        if (args.Length % 2 != 0 || !Uuids.TryParse(args[1], out user)) return false;
        for (var i = 2; i < args.Length; i += 2)
        {
            if (args[i] == "--role" && args[i + 1] is CallerClaims.UserRole or CallerClaims.ServiceRole)
                role = args[i + 1];
            else if (args[i] != "--minutes" || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out minutes) || minutes is < 1 or > MaxMinutes)
                return false;
        }

        return true;
    }

    private static int Refuse(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }
}
