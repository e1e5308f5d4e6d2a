using System.Collections.Concurrent;
using System.Globalization;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>How long the answers of a run took.</summary>
internal sealed class AnswerTimes
{
    private readonly ConcurrentQueue<double> _milliseconds = new();

    /// <summary>Adds an answer.</summary>
    public void Add(TimeSpan time) => _milliseconds.Enqueue(time.TotalMilliseconds);

    /// <summary>The median, the 99th percentile and the maximum.</summary>
    public string Describe()
    {
        double[] sorted = [.. _milliseconds.Order()];
        if (sorted.Length == 0) return "no answers";
        return string.Create(CultureInfo.InvariantCulture, $"answered within: p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, all {sorted[^1]:0.0} ms");

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
