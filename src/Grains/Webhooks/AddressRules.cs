using System.Net;
using System.Net.Sockets;

namespace Wingman.Webhooks;

/// <summary>Which addresses webhooks are sent to: a receiver's URL must not reach what only this host can reach. Pure.</summary>
internal static class AddressRules
{
    // Never, with any configuration: nobody receives webhooks there, and cloud providers hand out credentials at some of them.
    private static readonly IPNetwork[] Never =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this host
        IPNetwork.Parse("169.254.0.0/16"), // link-local, among them the metadata of most clouds
        IPNetwork.Parse("100.100.100.200/32"), // Alibaba Cloud's metadata
        IPNetwork.Parse("168.63.129.16/32"), // Azure's host
        IPNetwork.Parse("192.0.0.0/24"), // IETF protocol assignments, among them Oracle Cloud's metadata
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays, withdrawn
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, and broadcast
        IPNetwork.Parse("fd00:ec2::/32"), // AWS' metadata and other services of its hosts
        IPNetwork.Parse("fd20:ce::254/128"), // Google Cloud's metadata
    ];

    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // shared by a provider's customers
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks between networks
        IPNetwork.Parse("::1/128"),
        IPNetwork.Parse("fc00::/7"), // unique local
    ];

    // Of IPv6, only the range for global use is public; the exceptions within it follow.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotGlobal =
    [
        IPNetwork.Parse("2001::/23"), // IETF protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <summary>Whether webhooks may be sent to an address.</summary>
    /// <param name="address">The very address that is connected to.</param>
    /// <param name="allowPrivate">Whether private and loopback addresses are allowed.</param>
    public static bool IsAllowed(IPAddress address, bool allowPrivate)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork) return IsAllowedV4(address, allowPrivate);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return false;

        // An address with a scope is valid on one link only.
        if (address.ScopeId != 0) return false;
        if (address.Equals(IPAddress.IPv6Any)) return false;
        if (address.Equals(IPAddress.IPv6Loopback)) return allowPrivate;
        if (EmbeddedV4(address) is { } inner) return IsAllowedV4(inner, allowPrivate);
        if (Array.Exists(Never, network => network.Contains(address))) return false;
        if (Array.Exists(Private, network => network.Contains(address))) return allowPrivate;
        return GlobalUnicast.Contains(address) && !Array.Exists(NotGlobal, network => network.Contains(address));
    }

    private static bool IsAllowedV4(IPAddress address, bool allowPrivate)
    {
        if (Array.Exists(Never, network => network.Contains(address))) return false;
        return allowPrivate || !Array.Exists(Private, network => network.Contains(address));
    }

    // A translator or tunnel on the way forwards to the IPv4 address that the IPv6 address contains. So that address is checked.
    private static IPAddress? EmbeddedV4(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (Nat64.Contains(address) || Compatible.Contains(address)) return new(bytes[12..]);
        return SixToFour.Contains(address) ? new(bytes[2..6]) : null;
    }
}
