using Microsoft.Extensions.Time.Testing;
using Wingman.Wire;

namespace Wingman.Api.Tests.Wire;

public sealed class RefusalPaceTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Refusals_AreSentOneAfterTheOther_AtTheRate()
    {
        var pace = new RefusalPace(10, 100, _clock);
        var refusals = Refuse(pace, 4);

        Assert.Equal(1, Sent(refusals));
        for (var sent = 2; sent <= 4; sent++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(99));
            Assert.Equal(sent - 1, Sent(refusals));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(sent, Sent(refusals));
        }
    }

    [Fact]
    public void Silence_SavesNoTurns()
    {
        var pace = new RefusalPace(10, 100, _clock);
        Refuse(pace, 1);
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, Sent(Refuse(pace, 3)));
    }

    [Fact]
    public void NoRefusal_WaitsLongerThanTheLongest()
    {
        var pace = new RefusalPace(1, 100, _clock);
        var refusals = Refuse(pace, 20);

        Assert.Equal(1, Sent(refusals));
        _clock.Advance(RefusalPace.Longest);
        Assert.Equal(20, Sent(refusals));

        // Those that did not wait for their turn took none.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Sent(Refuse(pace, 1)));
    }

    [Fact]
    public void Refusals_BeyondThoseThatMayWait_AreSentAtOnce()
    {
        var pace = new RefusalPace(10, 2, _clock);
        var refusals = Refuse(pace, 5);

        Assert.Equal([true, false, false, true, true], refusals.Select(static refusal => refusal.IsCompletedSuccessfully));

        _clock.Advance(RefusalPace.Longest);
        Assert.Equal([true, false, false, true], Refuse(pace, 4).Select(static refusal => refusal.IsCompletedSuccessfully));
    }

    private static Task[] Refuse(RefusalPace pace, int count) => [.. Enumerable.Range(0, count).Select(_ => pace.WaitAsync())];

    private static int Sent(IEnumerable<Task> refusals) => refusals.Count(static refusal => refusal.IsCompletedSuccessfully);
}
