using HdrHistogram;

namespace Wingman.Bench.LoadGenerator;

/// <summary>The result of a phase of load.</summary>
/// <param name="Answered">For each call whether it got its expected answer. Only then it counts as acknowledged.</param>
/// <param name="Latencies">Microseconds of every answered call.</param>
/// <param name="Elapsed">From the first call to the last answer.</param>
/// <param name="Refused">Calls that were refused where the workload expects refusals.</param>
/// <param name="Failures">Calls that got another answer or none.</param>
/// <param name="FirstFailure">The outcome of the first of them.</param>
internal sealed record LoadResult(bool[] Answered, HistogramBase Latencies, TimeSpan Elapsed, int Refused, int Failures, string? FirstFailure)
{
    public int Count => (int)Latencies.TotalCount;

    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double Percentile(double percentile) => Latencies.GetValueAtPercentile(percentile) / 1000.0;
}
