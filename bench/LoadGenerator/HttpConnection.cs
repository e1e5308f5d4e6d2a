using System.Net;
using System.Net.Sockets;

namespace Wingman.Bench.LoadGenerator;

/// <summary>
/// One keep-alive HTTP/1.1 connection, one call at a time, no allocation per call. Reads just enough of an answer to know
/// where it ends: the status, and a length or chunks.
/// </summary>
internal sealed class HttpConnection(Socket socket) : IDisposable
{
    private readonly byte[] _outgoing = new byte[4096];
    private readonly byte[] _incoming = new byte[32 * 1024];

    public static async Task<HttpConnection> OpenAsync(IPEndPoint server, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellation);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes call <paramref name="index"/>. The answer's body is valid until the next call on this connection.</summary>
    public async ValueTask<HttpAnswer> CallAsync(IWorkload workload, int index, CancellationToken cancellation)
    {
        var length = workload.Write(index, _outgoing);
        var sent = 0;
        while (sent < length) sent += await socket.SendAsync(_outgoing.AsMemory(sent, length - sent), SocketFlags.None, cancellation);
        var received = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(_incoming.AsMemory(received), SocketFlags.None, cancellation);
            if (read == 0) throw new IOException("The server closed the connection before its answer was complete.");
            received += read;
            if (HttpAnswer.TryRead(_incoming.AsMemory(0, received), out var answer)) return answer;
            if (received == _incoming.Length) throw new IOException("The answer is larger than any answer of the contract.");
        }
    }

    public void Dispose() => socket.Dispose();
}
