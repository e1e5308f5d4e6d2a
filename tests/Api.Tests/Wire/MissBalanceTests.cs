using Microsoft.Extensions.Time.Testing;
using Wingman.Wire;

namespace Wingman.Api.Tests.Wire;

public sealed class MissBalanceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly UserId _user = new(Guid.NewGuid());

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(1_000_000)]
    public void Balance_AllowsTheLimit_AndThenOneMissAtATime(int limit)
    {
        var balance = new MissBalance(limit, _clock);
        for (var i = 0; i < limit; i++)
        {
            Assert.Equal(TimeSpan.Zero, balance.WaitOf(_user));
            balance.Subtract(_user);
        }

        var wait = balance.WaitOf(_user);
        Assert.Equal(TimeSpan.FromMinutes(1) / limit, wait);
        _clock.Advance(wait);
        Assert.Equal(TimeSpan.Zero, balance.WaitOf(_user));
        balance.Subtract(_user);
        Assert.Equal(wait, balance.WaitOf(_user));
        Assert.Equal(TimeSpan.Zero, balance.WaitOf(new(Guid.NewGuid())));
    }

    [Fact]
    public void Balance_CountsEveryMissOfManyAtOnce_AndIsPaidOff()
    {
        var balance = new MissBalance(60, _clock);

        Parallel.For(0, 1000, _ => balance.Subtract(_user));

        Assert.Equal(TimeSpan.FromSeconds(1000 - 59), balance.WaitOf(_user));
        _clock.Advance(TimeSpan.FromSeconds(1000 - 59));
        Assert.Equal(TimeSpan.Zero, balance.WaitOf(_user));
    }

    [Fact]
    public void Balance_IsNeverMoreThanTheLimit()
    {
        var balance = new MissBalance(2, _clock);
        balance.Subtract(_user);
        _clock.Advance(TimeSpan.FromHours(1));

        balance.Subtract(_user);
        balance.Subtract(_user);

        Assert.Equal(TimeSpan.FromSeconds(30), balance.WaitOf(_user));
    }

    [Fact]
    public void Users_WhoseBalanceIsFullAgain_NeedNoMemory()
    {
        var balance = new MissBalance(60, _clock);
        for (var i = 0; i < 1000; i++) balance.Subtract(new(Guid.NewGuid()));
        for (var i = 0; i < 100; i++) balance.Subtract(_user);
        Assert.Equal(1001, balance.Users);

        _clock.Advance(TimeSpan.FromMinutes(1));
        balance.Subtract(new(Guid.NewGuid()));

        Assert.Equal(2, balance.Users);
        Assert.Equal(TimeSpan.Zero, balance.WaitOf(_user));
        for (var i = 0; i < 20; i++) balance.Subtract(_user);
        Assert.Equal(TimeSpan.FromSeconds(1), balance.WaitOf(_user));
    }
}
