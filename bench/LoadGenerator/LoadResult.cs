using System.Diagnostics;
using HdrHistogram;

namespace Wingman.Bench.LoadGenerator;

/// <summary>The result of a phase of load.</summary>
/// <param name="Answered">For each call whether it got its expected answer. Only then it counts as acknowledged.</param>
/// <param name="AnsweredAt">For each call the timestamp of its last answer, whatever that was; 0 if it got none.</param>
/// <param name="Latencies">Microseconds of every answered call.</param>
/// <param name="OtherLatencies">Microseconds of the last answer of every other call: without failures, of those that were refused.</param>
/// <param name="Elapsed">The time for which rates are counted: from the first call to the last answer, or to <paramref name="Until"/>.</param>
/// <param name="Until">A timestamp. Later answers do not count for rates.</param>
/// <param name="Refused">Refusals, where the workload expects them.</param>
/// <param name="Failures">Calls that got another answer or none.</param>
/// <param name="FirstFailure">The outcome of the first of them.</param>
internal sealed record LoadResult(
    bool[] Answered,
    long[] AnsweredAt,
    HistogramBase Latencies,
    HistogramBase OtherLatencies,
    TimeSpan Elapsed,
    long Until,
    int Refused,
    int Failures,
    string? FirstFailure)
{
    public int Count => (int)Latencies.TotalCount;

    public double PerSecond => CountInTime(isExpected: true) / Elapsed.TotalSeconds;

    /// <summary>Without failures, the rate of refusals.</summary>
    public double OthersPerSecond => CountInTime(isExpected: false) / Elapsed.TotalSeconds;

    /// <summary>
    /// How long after a moment the expected answers first came at a rate, throughout one of the windows into which the time from then on
    /// is divided; null if they never did.
    /// </summary>
    /// <param name="from">The moment, as a timestamp.</param>
    /// <param name="perSecond">The rate.</param>
    /// <param name="window">The length of a window.</param>
    public TimeSpan? TimeUntil(long from, double perSecond, TimeSpan window)
    {
        var reached = Enumerable.Range(0, Answered.Length)
            .Where(index => Answered[index])
            .CountBy(index => (long)(Stopwatch.GetElapsedTime(from, AnsweredAt[index]) / window))
            .Where(count => count.Value >= perSecond * window.TotalSeconds)
            .Select(count => (long?)count.Key)
            .Min();
        return reached is { } first ? (first + 1) * window : null;
    }

    private int CountInTime(bool isExpected) => Answered.Index().Count(
        call => call.Item == isExpected && AnsweredAt[call.Index] is not 0 and var at && at <= Until);
}
