using Wingman.Chaos.Faults;
using Wingman.Chaos.Load;

namespace Wingman.Chaos.Reporting;

/// <summary>The effect of a fault on users.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Interrupted">How many users had to retry a request, or waited more than a second for an answer.</param>
/// <param name="FromStart">From the fault's begin until the last of them had a good answer.</param>
/// <param name="FromHeal">The same from its end; 0 if all of them had a good answer before.</param>
internal sealed record Recovery(FaultRecord Fault, int Interrupted, TimeSpan FromStart, TimeSpan FromHeal)
{
    /// <summary>Assigns the interruptions of the load to the faults.</summary>
    public static IReadOnlyList<Recovery> Of(IReadOnlyList<FaultRecord> faults, IReadOnlyList<Interruption> interruptions)
    {
        var byFault = interruptions.Select(interruption => (interruption.Until, Fault: CauseOf(interruption, faults)))
            .Where(static pair => pair.Fault is not null)
            .ToLookup(static pair => pair.Fault!, static pair => pair.Until);
        return [.. faults.Select(fault => Of(fault, [.. byFault[fault]]))];
    }

    /// <summary>
    /// Without a fault an answer takes milliseconds, so an interruption is of the last fault that began before it or in its
    /// first second.
    /// </summary>
    private static FaultRecord? CauseOf(Interruption interruption, IReadOnlyList<FaultRecord> faults)
    {
        var latest = interruption.From + RunClock.Ticks(TimeSpan.FromSeconds(1));
        var overlapping = faults.Where(fault => fault.StartedAt <= interruption.Until && fault.EndsAt >= interruption.From).ToList();
        return overlapping.LastOrDefault(fault => fault.StartedAt <= latest) ?? overlapping.FirstOrDefault();
    }

    private static Recovery Of(FaultRecord fault, List<long> answeredAt)
    {
        if (answeredAt.Count == 0) return new Recovery(fault, 0, TimeSpan.Zero, TimeSpan.Zero);
        var last = answeredAt.Max();
        return new Recovery(
            fault, answeredAt.Count, RunClock.Between(fault.StartedAt, last), RunClock.Between(Math.Min(fault.HealedAt, last), last));
    }
}

/// <summary>A distribution of durations, in seconds.</summary>
internal sealed record Spread(double P50, double P95, double Max)
{
    public static Spread Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(static time => Math.Round(time.TotalSeconds, 2)).Order().ToList();
        return sorted.Count == 0 ? new Spread(0, 0, 0) : new Spread(At(0.5), At(0.95), sorted[^1]);

        double At(double quantile) => sorted[(int)Math.Ceiling(quantile * sorted.Count) - 1];
    }
}
