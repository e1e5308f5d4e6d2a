using System.Text.Json;

namespace Wingman.Authentication;

/// <summary>
/// Fetches the key set that the issuer publishes, only from the configured address: redirects are not followed, and a response that is
/// much larger than a key set is refused.
/// </summary>
/// <param name="settings">Where the keys are.</param>
/// <param name="allowsHttp">Whether the address may do without TLS.</param>
internal sealed class PublishedKeys(TokenSettings settings, bool allowsHttp) : IDisposable
{
    private const int MaxDocumentBytes = 64 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    // A connection that is never closed would stay at the old address after the issuer's name has got another one.
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = ConnectionLifetime })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MaxDocumentBytes,
    };

    /// <summary>The key set's document, as it is published now.</summary>
    /// <exception cref="HttpRequestException">It cannot be fetched, is too large, or the server redirects to another address.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    /// <exception cref="JsonException">The issuer's discovery document is not valid, or is another issuer's.</exception>
    public async Task<byte[]> FetchAsync(CancellationToken cancellation)
    {
        var address = string.IsNullOrEmpty(settings.JwksUrl) ? await DiscoverAsync(cancellation) : new Uri(settings.JwksUrl);
        return await _http.GetByteArrayAsync(address, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<Uri> DiscoverAsync(CancellationToken cancellation)
    {
        var address = new Uri(settings.Authority!.TrimEnd('/') + "/.well-known/openid-configuration");
        var document = StrictJson.Parse(await _http.GetByteArrayAsync(address, cancellation));
        var issuer = StrictJson.Text(document, "issuer");
        if (issuer != settings.Issuer)
            throw new JsonException($"{address} is the discovery document of '{issuer}', not of Authentication:Issuer, '{settings.Issuer}'.");
        if (!Uri.TryCreate(StrictJson.Text(document, "jwks_uri"), UriKind.Absolute, out var keys)
            || !(keys.Scheme == Uri.UriSchemeHttps || (allowsHttp && keys.Scheme == Uri.UriSchemeHttp)))
        {
            throw new JsonException($"{address} names no https address of the keys (jwks_uri).");
        }

        return keys;
    }
}
