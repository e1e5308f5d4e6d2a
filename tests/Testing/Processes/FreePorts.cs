using System.Net;
using System.Net.Sockets;

namespace Wingman.Testing;

/// <summary>
/// Ports on which no process listens, each given out once, also where several processes run tests. They are below the range from which
/// the kernel takes the local ports of outgoing connections, so that a host that was killed finds its ports still free when it starts again.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int Last = 29_000;

    private static readonly Lock Gate = new();

    // A port for TCP is ours as long as this process has the UDP port of the same number, which nothing else uses. The kernel releases it
    // however the process ends.
    private static readonly Dictionary<int, Socket> Taken = [];

    /// <summary>The next free port.</summary>
    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last);
                if (!Taken.ContainsKey(port) && TryTake(port)) return port;
            }
        }
    }

    private static bool TryTake(int port)
    {
        var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (!TryBind(claim, IPAddress.Loopback, port))
        {
            claim.Dispose();
            return false;
        }

        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (!TryBind(probe, IPAddress.Any, port))
        {
            claim.Dispose();
            return false;
        }

        Taken.Add(port, claim);
        return true;
    }

    private static bool TryBind(Socket socket, IPAddress address, int port)
    {
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
