using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wingman.Silo.Hosting;

namespace Wingman.SystemTests.Waits;

/// <summary>The clock by which Orleans' background loops wait keeps running steadily when the machine's clock is set.</summary>
public sealed class SteadyClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SettableClock _machine = new(Start);
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new(_machine);

    [Fact]
    public void ClockThatNobodySets_IsFollowed()
    {
        _machine.Advance(TimeSpan.FromHours(3));

        Assert.Equal(Start.AddHours(3), _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(-45, 7.5)]
    [InlineData(-5_400, 7.5)]
    [InlineData(45, 12.5)]
    [InlineData(100_000, 12.5)]
    public void ClockThatIsSet_IsApproachedByAQuarterOfTheTimeThatPasses(int seconds, double shown)
    {
        _machine.Set(TimeSpan.FromSeconds(seconds));
        _machine.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(Start.AddSeconds(shown), _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(-45)]
    [InlineData(45)]
    public void ClockThatIsSet_IsReachedInTheEnd(int seconds)
    {
        _machine.Set(TimeSpan.FromSeconds(seconds));

        for (var minute = 0; minute < 5; minute++)
        {
            var before = _clock.GetUtcNow();
            _machine.Advance(TimeSpan.FromMinutes(1));
            Assert.True(_clock.GetUtcNow() > before);
        }

        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(TimeProviderNames.Membership)]
    [InlineData(TimeProviderNames.SystemTimers)]
    [InlineData(TimeProviderNames.Messaging)]
    [InlineData(TimeProviderNames.ActivationManagement)]
    public void Silo_RunsItsBackgroundLoopsByIt(string area)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddClusterDefaults();
        builder.UseOrleans(static _ => { });

        Assert.IsType<SteadyClock>(builder.Services.BuildServiceProvider().GetRequiredKeyedService<TimeProvider>(area));
    }

    /// <summary>A machine's clock that can be set, and whose timestamps are not affected by that.</summary>
    private sealed class SettableClock(DateTimeOffset start) : TimeProvider
    {
        private TimeSpan _passed;
        private TimeSpan _offset;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _passed += by;

        public void Set(TimeSpan offset) => _offset = offset;

        public override DateTimeOffset GetUtcNow() => start + _passed + _offset;

        public override long GetTimestamp() => _passed.Ticks;
    }
}
