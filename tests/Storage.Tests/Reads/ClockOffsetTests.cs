using Wingman.Silo.Operations;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>The difference between a host's clock and the database's, as the metric and the doctor report it.</summary>
public sealed class ClockOffsetTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Theory]
    [InlineData(90)]
    [InlineData(0)]
    [InlineData(-90)]
    public async Task Measure_TellsWhichClockIsAhead(int seconds)
    {
        await using var ask = fixture.Sql.CreateCommand();

        var offset = await ClockOffset.MeasureAsync(ask, new ShiftedClock(TimeSpan.FromSeconds(seconds)), CancellationToken.None);

        // It may be nearer to zero, by at most the duration of the query.
        Assert.InRange(offset.TotalSeconds, Math.Min(seconds, 0) - 0.01, Math.Max(seconds, 0) + 0.01);
        Assert.Equal(seconds == 0, Math.Abs(offset.TotalSeconds) < 1);
    }

    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
