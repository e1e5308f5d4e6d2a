using System.Net;
using System.Net.Sockets;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Finds the addresses of a name.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// Makes connections to receivers: only to addresses that are allowed. The check is made on the addresses that the name has at
/// that moment, and the connection goes to one that was checked, so that a change of the name between the two has no effect.
/// </summary>
/// <param name="resolve">Finds the addresses of a name.</param>
internal sealed class WebhookConnections(ResolveHost resolve)
{
    /// <summary>After it a connection is not used again, and the name is resolved again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>The most of an answer's body that is read, in order to keep the connection; its content is ignored.</summary>
    private const int MaxBody = 64 * 1024;

    private const int MaxHeadersKilobytes = 16;

    /// <summary>The handler of a receiver's requests.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="parallelism">How many requests there are at the same time.</param>
    public HttpMessageHandler CreateHandler(WebhookReceiverOptions receiver, int parallelism) => new SocketsHttpHandler
    {
        // A redirect would lead past the settings, a proxy past the check of addresses.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = parallelism,
        MaxResponseHeadersLength = MaxHeadersKilobytes,
        MaxResponseDrainSize = MaxBody,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        PooledConnectionLifetime = Lifetime,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, receiver.AllowPrivateAddresses, cancellation),
    };

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, bool allowPrivate, CancellationToken cancellation)
    {
        var found = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await resolve(endPoint.Host, cancellation);
        var allowed = Array.FindAll(found, address => AddressRules.IsAllowed(address, allowPrivate));
        if (allowed.Length == 0) throw new AddressNotAllowedException();

        for (var index = 0; ; index++)
        {
            var socket = new Socket(allowed[index].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(allowed[index], endPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (index < allowed.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}

/// <summary>A receiver's name has no address that webhooks may be sent to.</summary>
internal sealed class AddressNotAllowedException() : IOException("The address is not allowed.");
