using Wingman.State;

namespace Wingman.Grains.Tests.State;

public sealed class RowVersionTests
{
    [Theory]
    [InlineData(0, 1u, "1")]
    [InlineData(0, uint.MaxValue, "4294967295")]
    [InlineData(3, 7u, "12884901895")]
    [InlineData(int.MaxValue, uint.MaxValue, "9223372036854775807")]
    public void Version_IsWrittenAsOneNumber_AndReadAgain(int era, uint xmin, string etag)
    {
        Assert.Equal(etag, new RowVersion(era, xmin).ToString());
        Assert.Equal(new RowVersion(era, xmin), RowVersion.Parse(etag));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void NoETag_IsNoVersion(string? etag) => Assert.Null(RowVersion.Parse(etag));

    [Fact]
    public void OneWrite_KeepsItsXminInAnotherEra()
    {
        Assert.True(RowVersion.MayBeOfOneWrite(new RowVersion(0, 7).ToString(), new RowVersion(3, 7).ToString()));
        Assert.False(RowVersion.MayBeOfOneWrite(new RowVersion(0, 7).ToString(), new RowVersion(0, 8).ToString()));
    }
}
