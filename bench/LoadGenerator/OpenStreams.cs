using System.Net;
using System.Net.Sockets;
using System.Text;
using Wingman.Bench.Scenarios;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Open live streams, each on a connection of its own. What arrives is read and discarded.</summary>
internal sealed class OpenStreams : IDisposable
{
    private const int AtATime = 32;

    private readonly Socket[] _sockets;
    private int _ended;
    private bool _isDisposed;

    private OpenStreams(int count) => _sockets = new Socket[count];

    /// <summary>Opens streams, and returns when each has the state of its session.</summary>
    /// <param name="server">The API.</param>
    /// <param name="requests">The request of each.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<OpenStreams> OpenAsync(Uri server, IReadOnlyList<string> requests, CancellationToken cancellation)
    {
        var streams = new OpenStreams(requests.Count);
        var address = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
        await Parallel.ForAsync(0, requests.Count, options, async (i, token) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            streams._sockets[i] = socket;
            await socket.ConnectAsync(address, token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(requests[i]), token);
            var answer = "";
            var buffer = new byte[8192];
            while (!answer.Contains("event: state", StringComparison.Ordinal))
            {
                var read = await socket.ReceiveAsync(buffer, token);
                if (read == 0 || answer.Length > 0 && !answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                    throw new RunFailedException($"A stream was not opened: {answer}");
                answer += Encoding.UTF8.GetString(buffer.AsSpan(0, read));
            }

            _ = streams.DrainAsync(socket);
        });
        return streams;
    }

    /// <summary>Fails if a stream has ended.</summary>
    public void ThrowIfEnded()
    {
        if (_ended > 0) throw new RunFailedException($"{_ended} of {_sockets.Length} streams have ended by themselves.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var socket in _sockets) socket.Dispose();
    }

    private async Task DrainAsync(Socket socket)
    {
        var buffer = new byte[512];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
                // Heartbeats.
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Counted below.
        }

        if (!_isDisposed) Interlocked.Increment(ref _ended);
    }
}
