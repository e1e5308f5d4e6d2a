using Microsoft.Extensions.Time.Testing;
using Wingman.Silo.Storage.Batching;

namespace Wingman.SystemTests.Waits;

/// <summary>When requests are refused because the database is unavailable, and when not.</summary>
public sealed class ReachabilityTests
{
    private static readonly TimeSpan OutageAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly FakeTimeProvider _clock = new();
    private readonly Reachability _reachability;

    public ReachabilityTests() => _reachability = new(OutageAfter, _clock);

    [Fact]
    public void NoFailure_RefusesNothing() => Assert.False(_reachability.Refuses());

    [Fact]
    public void FailuresForLessThanTheDeadline_RefuseNothing()
    {
        FailFor(OutageAfter - TimeSpan.FromMilliseconds(1));

        Assert.False(_reachability.Refuses());
    }

    [Fact]
    public void FailuresForTheDeadline_RefuseAllButOneRequestPerInterval()
    {
        FailFor(OutageAfter);

        Assert.Equal([false, true, true], Enumerable.Range(0, 3).Select(_ => _reachability.Refuses()));
        _clock.Advance(Reachability.ProbeInterval);
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(_ => _reachability.Refuses()));
    }

    [Fact]
    public void AnswerAfterAnAbsence_RefusesNothingMore()
    {
        FailFor(OutageAfter);

        _reachability.Answered();

        Assert.Equal([false, false, false], Enumerable.Range(0, 3).Select(_ => _reachability.Refuses()));
    }

    [Fact]
    public void AnswerBetweenFailures_BeginsTheAbsenceAnew()
    {
        FailFor(OutageAfter - TimeSpan.FromSeconds(1));
        _reachability.Answered();
        FailFor(TimeSpan.FromSeconds(2));

        Assert.False(_reachability.Refuses());
    }

    [Fact]
    public void AbsenceThatNobodyHasMetForLong_RefusesNothing()
    {
        FailFor(OutageAfter);
        _clock.Advance(OutageAfter);

        Assert.Equal([false, false, false], Enumerable.Range(0, 3).Select(_ => _reachability.Refuses()));
    }

    [Fact]
    public void FailureLongAfterAnAbsence_BeginsANewOne()
    {
        FailFor(OutageAfter);
        _clock.Advance(TimeSpan.FromHours(1));
        _reachability.Failed();

        Assert.Equal([false, false, false], Enumerable.Range(0, 3).Select(_ => _reachability.Refuses()));
    }

    private void FailFor(TimeSpan time)
    {
        _reachability.Failed();
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            _clock.Advance(time - passed < Step ? time - passed : Step);
            _reachability.Failed();
        }
    }
}
