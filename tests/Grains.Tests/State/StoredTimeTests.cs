namespace Wingman.Grains.Tests.State;

public sealed class StoredTimeTests
{
    [Fact]
    public void Instant_IsInUtc_AndCutToMicroseconds()
    {
        var instant = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.FromHours(2)).AddTicks(19);

        var stored = instant.ToStorable();

        Assert.Equal(new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero).AddTicks(10), stored);
        Assert.Equal(TimeSpan.Zero, stored.Offset);
    }
}
