using HdrHistogram;
using Wingman.Bench.LoadGenerator;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Report;

/// <summary>The system, the scenario and the round of a run.</summary>
internal sealed record RunIdentity(string Scenario, string System, int Round);

/// <summary>One figure of one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Measure">The phase.</param>
/// <param name="Value">Calls per second, or what <paramref name="Unit"/> says.</param>
/// <param name="Unit">The value's unit.</param>
/// <param name="Latency">Of a phase of load.</param>
/// <param name="Cpu">Of a phase of load.</param>
internal sealed record Measurement(RunIdentity Run, string Measure, double Value, string Unit, LatencySummary? Latency, CpuSummary? Cpu)
{
    public const string PerSecond = "/s";

    public MeasureKey Key => new(Run.Scenario, Measure, Run.System);

    public static Measurement Of(RunIdentity run, string measure, LoadResult result, ProcessCosts costs, long logBytes) => new(
        run,
        measure,
        result.PerSecond,
        PerSecond,
        LatencySummary.Of(result.Latencies),
        new CpuSummary(
            result.Count,
            costs.Service.TotalMicroseconds / result.Count,
            costs.Postgres.TotalMicroseconds / result.Count,
            costs.Bench.TotalMicroseconds / result.Count,
            (double)logBytes / result.Count));

    /// <summary>The refusals of a phase. Their cost cannot be separated from that of the answers.</summary>
    public static Measurement OfRefusals(RunIdentity run, string measure, LoadResult result) =>
        new(run, measure, result.OthersPerSecond, PerSecond, LatencySummary.Of(result.OtherLatencies), Cpu: null);
}

/// <summary>Milliseconds.</summary>
internal sealed record LatencySummary(double P50, double P90, double P99, double P999, double Max)
{
    public static LatencySummary Of(HistogramBase microseconds)
    {
        return new(At(50), At(90), At(99), At(99.9), At(100));

        double At(double percentile) => microseconds.GetValueAtPercentile(percentile) / 1000.0;
    }
}

/// <summary>CPU microseconds per call, by party, and bytes of the database's log per call.</summary>
internal sealed record CpuSummary(int Calls, double Service, double Postgres, double Generator, double LogBytes);

/// <summary>One measured phase of one system, over all rounds.</summary>
internal sealed record MeasureKey(string Scenario, string Measure, string System);

/// <summary>Which figure of a measurement is used.</summary>
internal enum Quantity
{
    Value,
    P50,
    P99,

    /// <summary>Microseconds of the database server's CPU per call.</summary>
    PostgresCpu,

    /// <summary>Microseconds of the CPU of service and database server together, per call.</summary>
    TotalCpu,
}
