using Wingman.Silo.Storage.Batching;

namespace Wingman.Storage.Tests.Batching;

/// <summary>How long a write that met a lock waits before it is tried again.</summary>
public sealed class LockContentionTests
{
    [Theory]
    [InlineData(1, false, 10)]
    [InlineData(2, false, 20)]
    [InlineData(9, false, 90)]
    [InlineData(10, false, 100)]
    [InlineData(400, false, 100)]
    [InlineData(1, true, 250)]
    [InlineData(400, true, 250)]
    public void RetryDelay_GrowsWithTheAttempts_UpToItsLimit_AndIsLongWhereEachAttemptHoldsUpItsLane(int timesLocked, bool goesAlone, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), LockContention.RetryDelay(timesLocked, goesAlone));
}
