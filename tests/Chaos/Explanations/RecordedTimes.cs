using Wingman.Chaos.Faults;
using Wingman.Testing.History;

namespace Wingman.Chaos.Explanations;

/// <summary>Compares times that hosts wrote with moments of the run. A fault may have set the clock of the host that wrote.</summary>
/// <param name="clock">Both clocks of this machine.</param>
/// <param name="faults">The faults, some of which set hosts' clocks.</param>
internal sealed class RecordedTimes(WallClock clock, FaultLog faults)
{
    // A time is stored in microseconds, and truncated to them.
    private static readonly TimeSpan Cut = TimeSpan.FromMilliseconds(1);

    // A host's clock may be read just before it is corrected, and the time that was read may be stored a little later.
    private static readonly long AfterHeal = RunClock.Ticks(TimeSpan.FromSeconds(1));

    /// <summary>Whether a host may have read the time between two moments; <see cref="SessionOperation.Never"/> for no end.</summary>
    public bool Fits(DateTimeOffset at, long from, long until)
    {
        var (earliest, latest) = (clock.EarliestAt(from) - Cut, until == SessionOperation.Never ? DateTimeOffset.MaxValue : clock.LatestAt(until) + Cut);
        return OffsetsBetween(from, until).Any(offset => at - offset >= earliest && at - offset <= latest);
    }

    /// <summary>A moment as the wall clock showed it, for people.</summary>
    public string Describe(long? moment) => moment is { } known ? $"{clock.EarliestAt(known):HH:mm:ss.fff}..{clock.LatestAt(known):HH:mm:ss.fff}" : "an unknown time";

    private IEnumerable<TimeSpan> OffsetsBetween(long from, long until) => faults.All
        .Where(fault => fault.ClockJump is not null && fault.StartedAt <= until && (fault.HealedAt == 0 || fault.HealedAt + AfterHeal >= from))
        .Select(static fault => fault.ClockJump!.Value)
        .Prepend(TimeSpan.Zero);
}
