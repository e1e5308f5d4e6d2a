using System.Net;
using System.Net.Sockets;
using Wingman.Testing;

namespace Wingman.SystemTests.Checkers;

/// <summary>A port that a test has is not given to a test of another process.</summary>
public sealed class FreePortsTests
{
    [Fact]
    public void Port_IsClaimedWhereOtherProcessesSeeIt()
    {
        var port = FreePorts.Next();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        var refused = Assert.Throws<SocketException>(() => other.Bind(new IPEndPoint(IPAddress.Loopback, port)));

        Assert.Equal(SocketError.AddressAlreadyInUse, refused.SocketErrorCode);
    }
}
