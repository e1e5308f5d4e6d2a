using System.Net;
using System.Net.Sockets;

namespace Wingman.Bench.Calls;

/// <summary>Answers every request to a port of its own with the same document.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _contentType;
    private readonly byte[] _document;

    private LoopbackServer(int port, string contentType, byte[] document)
    {
        (_contentType, _document) = (contentType, document);
        Address = new($"http://127.0.0.1:{port}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
    }

    public Uri Address { get; }

    public static LoopbackServer Start(string contentType, byte[] document)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var server = new LoopbackServer(((IPEndPoint)probe.LocalEndPoint!).Port, contentType, document);
        probe.Dispose();
        server._listener.Start();
        _ = server.AnswerAsync();
        return server;
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                // A request whose body is not read ends its connection.
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                context.Response.ContentType = _contentType;
                context.Response.Close(_document, willBlock: false);
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The listener was closed while it waited, or the caller closed the connection; the loop's condition distinguishes the two.
            }
        }
    }
}
