using System.Net;
using System.Net.Sockets;

namespace Wingman.Testing;

/// <summary>
/// Ports on which no process listens, each given out once. They are below the range from which the kernel takes the local ports
/// of outgoing connections, so that a host that was killed finds its ports still free when it starts again.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int Last = 29_000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    /// <summary>The next free port.</summary>
    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last);
                if (!Taken.Contains(port) && IsFree(port))
                {
                    Taken.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
