using Wingman.Silo.Storage.Batching;

namespace Wingman.Storage.Tests.Batching;

public sealed class DatabaseEraTests
{
    private static readonly string[] Servers = ["1/1", "1/1", "1/2", "1/2", "1/1"];

    [Fact]
    public void Era_BeginsWithEveryOtherServerOrTimeline_AndNeverReturns()
    {
        var era = new DatabaseEra();

        Assert.Equal([0, 0, 1, 1, 2], Servers.Select(era.Of));
    }

    [Fact]
    public void Record_IsOfTheLastServer()
    {
        var era = new DatabaseEra();
        Assert.False(era.IsRecorded("1/1"));

        era.SetRecorded("1/1");

        Assert.True(era.IsRecorded("1/1"));
        Assert.False(era.IsRecorded("1/2"));
    }
}
