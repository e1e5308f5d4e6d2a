using System.Net;
using System.Net.Sockets;

namespace Wingman.Testing;

/// <summary>
/// Ports that nobody listens on, each handed out once. They lie below the range that the kernel takes the local ends of
/// outgoing connections from, so that a host that is killed finds its ports still free when it comes back.
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
