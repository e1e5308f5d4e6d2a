using System.Net.Sockets;
using System.Text;
using Wingman.Testing;

namespace Wingman.Api.Tests.Host;

/// <summary>Requests that no HTTP client would send, byte by byte.</summary>
internal static class RawRequest
{
    /// <summary>Sends the bytes on a connection of its own.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="request">The request, ASCII.</param>
    /// <returns>All that comes back until the server closes the connection.</returns>
    public static async Task<string> SendAsync(Uri host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Host, host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        return await reader.ReadToEndAsync(deadline.Token);
    }
}
