using System.Net.Sockets;
using System.Text;
using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>Requests that an HTTP client would refuse to send.</summary>
internal static class RawRequest
{
    /// <summary>Sends a request on a connection of its own.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="request">The request, which must ask for the connection to be closed.</param>
    /// <returns>The answer.</returns>
    public static async Task<string> SendAsync(Uri host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Host, host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        return await reader.ReadToEndAsync(deadline.Token);
    }
}
