using System.Diagnostics.Metrics;

namespace Wingman;

/// <summary>The one meter of the service. All hosts export it.</summary>
public static class WingmanMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Wingman";

    /// <summary>The meter, of a host's own factory. Every class that counts something creates its instruments on it.</summary>
    /// <param name="meters">The host's factory.</param>
    /// <returns>The meter, the same at each call.</returns>
    public static Meter CreateWingman(this IMeterFactory meters) => meters.Create(Name);

    /// <summary>
    /// Adds zero to a counter, for each value of its tag if it has one, so that exporters show it before anything is counted. A
    /// counter that first appears with its first failure has no earlier value, and a rate misses that failure.
    /// </summary>
    /// <param name="counter">The counter.</param>
    /// <param name="tag">The tag's name; null if the counter has no tag.</param>
    /// <param name="values">The tag's values.</param>
    public static void ShowZero(this Counter<long> counter, string? tag = null, params IEnumerable<string> values)
    {
        if (tag is null) counter.Add(0);
        else foreach (var value in values) counter.Add(0, new KeyValuePair<string, object?>(tag, value));
    }
}
