namespace Wingman.Bench.Report;

/// <summary>All that was measured, and the runs that failed and therefore have no figures.</summary>
internal sealed class BenchResults
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<FailedRun> _failures = [];
    private IReadOnlyList<Measurement> _before = [];

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public IReadOnlyList<FailedRun> Failures => _failures;

    public void Add(IEnumerable<Measurement> measurements) => _measurements.AddRange(measurements);

    public void AddFailure(RunIdentity run, string reason) => _failures.Add(new FailedRun(run, reason));

    /// <summary>Results of an earlier version, to compare with.</summary>
    public void CompareWith(IReadOnlyList<Measurement> before) => _before = before;

    /// <summary>The ratio of a measure to that of the earlier version: of the medians, because the rounds of the two are independent.</summary>
    public Spread? RatioToBefore(MeasureKey key, Quantity quantity)
    {
        var before = Statistics.Median(_before.Where(measurement => measurement.Key == key).Select(measurement => Read(measurement, quantity)));
        return before > 0 ? Statistics.Spread(Of(key).Select(measurement => Read(measurement, quantity) / before.Value)) : null;
    }

    /// <summary>The measured phases in the order in which they first ran.</summary>
    public IEnumerable<(string Scenario, string Measure)> Measures =>
        _measurements.Select(measurement => (measurement.Run.Scenario, measurement.Measure)).Distinct();

    public IEnumerable<string> SystemsOf(string scenario, string measure) => _measurements
        .Where(measurement => measurement.Run.Scenario == scenario && measurement.Measure == measure)
        .Select(measurement => measurement.Run.System)
        .Distinct();

    public IReadOnlyList<Measurement> Of(MeasureKey key) => [.. _measurements.Where(measurement => measurement.Key == key)];

    public double? Median(MeasureKey key, Quantity quantity) =>
        Statistics.Median(Of(key).Select(measurement => Read(measurement, quantity)));

    /// <summary>The ratio of one measure to another, within each round that has both.</summary>
    public Spread? Ratio(MeasureKey numerator, MeasureKey denominator, Quantity quantity) => Statistics.Spread(
        from above in Of(numerator)
        join below in Of(denominator) on above.Run.Round equals below.Run.Round
        let divisor = Read(below, quantity)
        where divisor > 0
        select Read(above, quantity) / divisor);

    public static double Read(Measurement measurement, Quantity quantity) => quantity switch
    {
        Quantity.Value => measurement.Value,
        Quantity.P50 => measurement.Latency?.P50 ?? double.NaN,
        Quantity.PostgresCpu => measurement.Cpu?.Postgres ?? double.NaN,
        Quantity.TotalCpu => measurement.Cpu?.Service + measurement.Cpu?.Postgres ?? double.NaN,
        _ => measurement.Latency?.P99 ?? double.NaN,
    };
}

/// <summary>A run that answered wrongly, lost or doubled something, or did not start.</summary>
internal sealed record FailedRun(RunIdentity Run, string Reason);

/// <summary>Median and extremes over rounds.</summary>
internal sealed record Spread(double Median, double Min, double Max, int Rounds);

internal static class Statistics
{
    public static double? Median(IEnumerable<double> values) => Spread(values)?.Median;

    public static Spread? Spread(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        if (sorted.Length == 0) return null;
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }
}
