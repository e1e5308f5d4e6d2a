using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Wingman.TwoBuddies;

/// <summary>
/// Signs a user's tokens with the secret that a service in Development keeps in <c>.wingman</c>, as <c>./wingman token</c> does. A real
/// application uses its own sign-in instead. A token is kept until the service refuses it.
/// </summary>
internal sealed class DevelopmentToken(Guid user, string role)
{
    private string? _token;

    /// <summary>Gives the token.</summary>
    /// <param name="refused">The token that the service has just refused; null if none was.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="IOException">There is no secret: no service has run in Development from this repository.</exception>
    public async ValueTask<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        if (_token is null || _token == refused) _token = Sign((await File.ReadAllTextAsync(SecretFile(), cancellation)).Trim());
        return _token;
    }

    private string Sign(string secret)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(new { alg = "HS256", typ = "JWT" });
        var claims = Encode(new { iss = "wingman-development", aud = "authenticated", sub = user, role, iat = now, nbf = now, exp = now + 3600 });
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{header}.{claims}"));
        return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private static string SecretFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Wingman.sln")))
                return Path.Combine(folder.FullName, ".wingman", "development-secret");
        }

        throw new FileNotFoundException("The sample runs outside the repository: it needs the development secret in its .wingman folder.");
    }
}
