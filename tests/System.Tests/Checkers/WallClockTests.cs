using System.Diagnostics;
using Wingman.Chaos;
using Wingman.Chaos.Checking;
using Wingman.Sessions;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>
/// When a session may have expired depends on what the wall clock showed, however long the machine took to read it and
/// whenever it was set.
/// </summary>
public sealed class WallClockTests
{
    private static readonly ModelState Missed = new(SessionStatus.NoShow, false, false);

    private readonly TwoClocks _clocks = new();
    private readonly WallClock _wall;
    private readonly Violations _violations = new(static _ => { });

    public WallClockTests() => _wall = new WallClock(_clocks);

    [Fact]
    public void TimeNotShownYet_IsAfterEverything() => Assert.Equal(long.MaxValue, _wall.FirstShown(TwoClocks.Begin.AddSeconds(1)));

    [Fact]
    public void TimeShown_LiesBetweenTwoComparisons()
    {
        Run(seconds: 10);

        var shown = _wall.FirstShown(TwoClocks.Begin.AddSeconds(5));

        Assert.InRange(shown, Moment(4.89), Moment(5));
    }

    [Fact]
    public void SessionWhoseInsertTookLong_ExpiresAtItsTime_IsNoViolation()
    {
        // The clock was read, and the session's time chosen, 0.75 s before the session was known to be stored. An expiry counted
        // from the later of the two moments would be 0.75 s late, and every session that the service correctly expired in that
        // time would be reported as a violation.
        Run(seconds: 0.75);
        var knownSince = Moment(0.75);
        Run(seconds: 5);

        Close(knownSince, dueAt: 5, readAt: 5.05, seen: Missed);

        Assert.Empty(_violations.All);
    }

    [Fact]
    public void SessionThatExpiresBeforeItsTime_IsAViolation()
    {
        Run(seconds: 6);

        Close(knownSince: Moment(0.75), dueAt: 5, readAt: 4.8, seen: Missed);

        Assert.Equal("linearizability", Assert.Single(_violations.All).Rule);
    }

    [Fact]
    public void ClockSetForward_BringsTheTimeForward_AndNotFurther()
    {
        Run(seconds: 2);
        _clocks.Wall += TimeSpan.FromHours(1);
        Run(seconds: 2);

        Close(knownSince: Moment(0), dueAt: 1_800, readAt: 2.05, seen: Missed);
        Assert.Empty(_violations.All);

        Close(knownSince: Moment(0), dueAt: 1_800, readAt: 1.8, seen: Missed);
        Assert.Single(_violations.All);
    }

    [Fact]
    public void ClockSetBack_TakesBackNothingThatItHasShown()
    {
        Run(seconds: 6);
        _clocks.Wall -= TimeSpan.FromHours(1);
        Run(seconds: 2);

        Close(knownSince: Moment(0), dueAt: 5, readAt: 7, seen: Missed);

        Assert.Empty(_violations.All);
    }

    private void Close(long knownSince, double dueAt, double readAt, ModelState seen)
    {
        var history = new SessionHistory(
            Guid.NewGuid(), new Pair(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()), ModelState.New, knownSince, TwoClocks.Begin.AddSeconds(dueAt));
        history.Add(new SessionOperation(OperationKind.Read, Participant.User1, Moment(readAt) - 1, Moment(readAt), new ReadAnswer(seen)));
        new HistoryBook(_violations, _wall).Close(history);
    }

    /// <summary>Lets time pass, and compares the clocks as often as a run does.</summary>
    private void Run(double seconds)
    {
        for (var left = seconds; left > 0; left -= 0.1)
        {
            _clocks.Pass(Math.Min(left, 0.1));
            _wall.FirstShown(DateTimeOffset.MaxValue);
        }
    }

    private static long Moment(double seconds) => (long)(seconds * Stopwatch.Frequency);

    /// <summary>A machine's two clocks.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        public static readonly DateTimeOffset Begin = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

        private double _monotonic;

        public DateTimeOffset Wall { get; set; } = Begin;

        public void Pass(double seconds)
        {
            _monotonic += seconds;
            Wall += TimeSpan.FromSeconds(seconds);
        }

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Moment(_monotonic);
    }
}
