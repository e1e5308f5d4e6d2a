using System.Net;
using CsCheck;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>The rules apply to an address in whatever form it is written.</summary>
public sealed class AddressRulesTests
{
    private static readonly uint[] Begins =
    [
        0x00000000, 0x0A000000, 0x64400000, 0x646464C8, 0x64800000, 0x7F000000, 0xA83F8110, 0xA9FE0000, 0xAC100000, 0xAC200000, 0xC0000000,
        0xC0000200, 0xC0586300, 0xC0A80000, 0xC6120000, 0xC6336400, 0xCB007100, 0xE0000000, 0xF0000000,
    ];

    private static readonly Gen<IPAddress> V4 = Gen.OneOf(
        Gen.UInt,
        // Random addresses are seldom near a border of a range.
        Gen.Select(
            Gen.Int[0, Begins.Length - 1],
            Gen.Int[-2, 70_000],
            static (index, offset) => unchecked(Begins[index] + (uint)offset))).Select(static bits => new IPAddress([(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]));

    private static readonly bool[] Either = [false, true];

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    [InlineData("2a00:1450:4001:81b::200e")]
    [InlineData("::ffff:93.184.216.34")]
    [InlineData("64:ff9b::5db8:d822")]
    public void IsAllowed_WhenPublic_IsTrue(string address) => Assert.True(AddressRules.IsAllowed(IPAddress.Parse(address), allowPrivate: false));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.0.1")]
    [InlineData("::1")]
    [InlineData("fc00::1")]
    [InlineData("fdff::1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:c0a8:101::1")]
    public void IsAllowed_WhenPrivate_IsTrueOnlyWhereThatIsAllowed(string address)
    {
        Assert.False(AddressRules.IsAllowed(IPAddress.Parse(address), allowPrivate: false));
        Assert.True(AddressRules.IsAllowed(IPAddress.Parse(address), allowPrivate: true));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.192")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::")]
    [InlineData("2001:0:4136:e378::1")]
    [InlineData("2001:db8::1")]
    [InlineData("3fff::1")]
    [InlineData("100::1")]
    [InlineData("5f00::1")]
    public void IsAllowed_WhenNobodyCanReceiveThere_IsNeverTrue(string address)
    {
        Assert.False(AddressRules.IsAllowed(IPAddress.Parse(address), allowPrivate: false));
        Assert.False(AddressRules.IsAllowed(IPAddress.Parse(address), allowPrivate: true));
    }

    [Fact]
    public void IsAllowed_OfAnAddressWithinAnother_IsThatOfTheInnerOne() => V4.Sample(address =>
    {
        var bytes = address.GetAddressBytes();
        IPAddress[] forms =
        [
            address.MapToIPv6(),
            new([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes]),
            new([0x20, 0x02, .. bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ];
        foreach (var allowPrivate in Either)
        {
            var expected = AddressRules.IsAllowed(address, allowPrivate);
            if (forms.Any(form => AddressRules.IsAllowed(form, allowPrivate) != expected)) return false;
        }

        return true;
    }, iter: 20_000);

    [Fact]
    public void IsAllowed_OfV4_IsWhatTheBitsSay() => V4.Sample(static address =>
    {
        var b = address.GetAddressBytes();
        var isNever = b[0] == 0 || b[0] >= 224 || (b[0], b[1]) == (169, 254) || (b[0] == 192 && b[1] == 0 && (b[2] is 0 or 2))
            || (b[0], b[1], b[2]) == (198, 51, 100) || (b[0], b[1], b[2]) == (203, 0, 113) || (b[0], b[1], b[2]) == (192, 88, 99)
            || (b[0], b[1], b[2], b[3]) == (100, 100, 100, 200) || (b[0], b[1], b[2], b[3]) == (168, 63, 129, 16);
        var isPrivate = b[0] is 10 or 127 || (b[0] == 100 && b[1] is >= 64 and < 128) || (b[0] == 172 && b[1] is >= 16 and < 32)
            || (b[0], b[1]) == (192, 168) || (b[0] == 198 && (b[1] is 18 or 19));

        return AddressRules.IsAllowed(address, false) == (!isNever && !isPrivate) && AddressRules.IsAllowed(address, true) == !isNever;
    }, iter: 50_000);

    [Fact]
    public void IsAllowed_OfV6OutsideGlobalUnicast_IsFalse() => Gen.Byte.Array[16].Sample(
        static bytes => (bytes[0] & 0xE0) == 0x20 || !AddressRules.IsAllowed(new IPAddress(bytes), allowPrivate: false), iter: 20_000);
}
