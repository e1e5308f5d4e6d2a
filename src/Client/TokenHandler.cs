using System.Net;
using System.Net.Http.Headers;

namespace Wingman.Client;

/// <summary>Signs calls with a user's token. After a 401 it asks for another token, and sends the call once more if it gets one.</summary>
/// <param name="token">Gets the token.</param>
public sealed class TokenHandler(TokenSource token) : DelegatingHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var first = await token(null, cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", first);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized) return response;

        string second;
        try
        {
            second = await token(first, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (second == first) return response;
        response.Dispose();
        // A request that was refused with 401 has changed nothing, so that every request can be sent again.
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", second);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
