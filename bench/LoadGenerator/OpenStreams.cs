using System.Net;
using System.Net.Sockets;
using System.Text;
using Wingman.Bench.Scenarios;

namespace Wingman.Bench.LoadGenerator;

/// <summary>Open live streams, each on a connection of its own. What arrives is read and discarded, except for the names of events.</summary>
internal sealed class OpenStreams : IDisposable
{
    private const int AtATime = 32;
    private const string Event = "event: ";

    private readonly Socket[] _sockets;
    private int _ended;
    private bool _isDisposed;

    private OpenStreams(int count) => _sockets = new Socket[count];

    /// <summary>Opens streams, and returns when each has the state of its session.</summary>
    /// <param name="server">The API.</param>
    /// <param name="requests">The request of each.</param>
    /// <param name="seen">Called with a stream's number and the name of each event after its first, from several threads; may be null.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<OpenStreams> OpenAsync(
        Uri server, IReadOnlyList<string> requests, Action<int, string>? seen, CancellationToken cancellation)
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
            while (!answer.Contains(Event + "state", StringComparison.Ordinal))
            {
                var read = await socket.ReceiveAsync(buffer, token);
                if (read == 0 || answer.Length > 0 && !answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                    throw new RunFailedException($"A stream was not opened: {answer}");
                answer += Encoding.UTF8.GetString(buffer.AsSpan(0, read));
            }

            _ = streams.ReadAsync(socket, seen is null ? null : name => seen(i, name));
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

    private static async Task DrainAsync(Socket socket)
    {
        var buffer = new byte[512];
        while (await socket.ReceiveAsync(buffer) > 0)
        {
            // Heartbeats.
        }
    }

    // An event begins with its name, and the mark of a chunk is a line of its own.
    private static async Task ReadNamesAsync(Socket socket, Action<string> seen)
    {
        using var lines = new StreamReader(new NetworkStream(socket));
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Event, StringComparison.Ordinal)) seen(line[Event.Length..]);
        }
    }

    private async Task ReadAsync(Socket socket, Action<string>? seen)
    {
        try
        {
            await (seen is null ? DrainAsync(socket) : ReadNamesAsync(socket, seen));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or IOException)
        {
            // Counted below.
        }

        if (!_isDisposed) Interlocked.Increment(ref _ended);
    }
}
