using System.Net;
using System.Net.Sockets;
using System.Text;
using Wingman.Testing;

namespace Wingman.Bench.Calls;

/// <summary>An issuer of ES256 tokens, and the address at which it publishes its key, as Supabase does.</summary>
internal sealed class PublishedKeys : IDisposable
{
    private readonly HttpListener _listener = new();

    private PublishedKeys(int port)
    {
        Address = new($"http://127.0.0.1:{port}/jwks.json");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
    }

    public TestTokens Tokens { get; } = TestTokens.WithNewKey();

    public Uri Address { get; }

    public static PublishedKeys Publish()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var keys = new PublishedKeys(((IPEndPoint)probe.LocalEndPoint!).Port);
        probe.Dispose();
        keys._listener.Start();
        _ = keys.AnswerAsync();
        return keys;
    }

    public void Dispose()
    {
        _listener.Close();
        Tokens.Dispose();
    }

    private async Task AnswerAsync()
    {
        var document = Encoding.UTF8.GetBytes(Tokens.KeySet);
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                context.Response.ContentType = "application/json";
                context.Response.Close(document, willBlock: false);
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                // Closed while it waited, or by whoever asked: the loop's condition tells which.
            }
        }
    }
}
