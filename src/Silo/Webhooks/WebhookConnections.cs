using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Wingman.Webhooks;

namespace Wingman.Silo.Webhooks;

/// <summary>Finds the addresses of a name.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>Makes a connection to an address.</summary>
internal delegate Task<Stream> ConnectToAddress(IPEndPoint address, CancellationToken cancellation);

/// <summary>
/// Makes connections to receivers: only to addresses that are allowed. The check is made on the addresses that the name has at
/// that moment, and the connection goes to one that was checked, so that a change of the name between the two has no effect.
/// </summary>
/// <param name="resolve">Finds the addresses of a name.</param>
/// <param name="connect">Makes a connection to one of them.</param>
/// <param name="options">How long an attempt may take.</param>
/// <param name="clock">Measures how long an address has not answered.</param>
internal sealed class WebhookConnections(ResolveHost resolve, ConnectToAddress connect, IOptions<WebhookOptions> options, TimeProvider clock)
{
    /// <summary>After it the next address is tried. An address that answers at all does so much sooner.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

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
        ConnectCallback = (context, cancellation) => ConnectToReceiverAsync(context.DnsEndPoint, receiver.AllowPrivateAddresses, cancellation),
    };

    /// <summary>Makes a connection to an address.</summary>
    public static async Task<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> ConnectToReceiverAsync(DnsEndPoint endPoint, bool allowPrivate, CancellationToken cancellation)
    {
        var begun = clock.GetTimestamp();
        var found = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await resolve(endPoint.Host, cancellation);
        var allowed = Array.FindAll(found, address => AddressRules.IsAllowed(address, allowPrivate));
        if (allowed.Length == 0) throw new AddressNotAllowedException();

        // Nothing refuses a connection to an address whose packets are lost, such as that of a broken IPv6. It must not take the time of the
        // others, also where the timeout is short or the name has many addresses.
        for (var i = 0; i < allowed.Length - 1; i++)
        {
            // What is left of the time is shared by this address, those after it, and the request itself.
            var share = (options.Value.Timeout - clock.GetElapsedTime(begun)) / (allowed.Length - i + 1);
            var silence = share < LongestSilence ? share : LongestSilence;
            if (silence < TimeSpan.Zero) silence = TimeSpan.Zero;
            using var silent = new CancellationTokenSource(silence, clock);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silent.Token);
            try
            {
                return await connect(new IPEndPoint(allowed[i], endPoint.Port), attempt.Token);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // The next one may answer.
            }
        }

        return await connect(new IPEndPoint(allowed[^1], endPoint.Port), cancellation);
    }
}

/// <summary>A receiver's name has no address that webhooks may be sent to.</summary>
internal sealed class AddressNotAllowedException() : IOException("The address is not allowed.");
