using CsCheck;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

public sealed class RetryDelayTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(5, 80)]
    [InlineData(10, 2560)]
    [InlineData(11, 3600)]
    [InlineData(1_000_000, 3600)]
    public void Of_DoublesUpToTheLongest(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryDelay.Of(failures, First, Longest, null, chance: 0));

    [Fact]
    public void Of_TakesAtMostAQuarterAway() => Gen.Select(Gen.Int[1, 100], Gen.Double[0, 1]).Sample(static (failures, chance) =>
    {
        var whole = RetryDelay.Of(failures, First, Longest, null, 0);
        var delay = RetryDelay.Of(failures, First, Longest, null, chance);
        return delay <= whole && delay >= whole * 0.75;
    });

    [Theory]
    [InlineData(60, 60)]
    [InlineData(1, 5)]
    [InlineData(-10, 5)]
    [InlineData(7200, 3600)]
    public void Of_IsNotShorterThanAskedFor_UpToTheLongest(int asked, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryDelay.Of(1, First, Longest, TimeSpan.FromSeconds(asked), chance: 0));
}
