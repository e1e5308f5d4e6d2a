namespace Wingman.Chaos;

/// <summary>
/// Translates moments of the wall clock, by which sessions fall due, into moments of the run's monotonic clock, by which
/// histories are checked. One reading of each clock is not enough: the wall clock may be set during a run, and on a busy
/// machine seconds may pass between the two readings. So both are read again and again, and the result is an interval between
/// two readings.
/// </summary>
internal sealed class WallClock
{
    /// <summary>How often the clocks are compared.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<Advance> _advances = [];
    private readonly List<Reading> _readings = [];
    private long _lastComparedAt = long.MinValue;

    public WallClock(TimeProvider time)
    {
        _time = time;
        Compare();
    }

    /// <summary>Compares the clocks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Compare();
            await Task.Delay(Interval, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// The earliest moment of the monotonic clock at which the wall clock may have shown the given time, or
    /// <see cref="long.MaxValue"/> if it has not shown it yet. Too early by at most the time between two comparisons, and never
    /// too late.
    /// </summary>
    public long FirstShown(DateTimeOffset at)
    {
        Compare();
        lock (_gate)
        {
            var (low, high) = (0, _advances.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_advances[middle].Wall >= at)
                    high = middle;
                else
                    low = middle + 1;
            }

            return low < _advances.Count ? _advances[low].After : long.MaxValue;
        }
    }

    /// <summary>The wall clock showed this time, or a later one, at the given moment.</summary>
    public DateTimeOffset EarliestAt(long moment)
    {
        Compare();
        lock (_gate)
        {
            var after = FirstReading(reading => reading.After > moment);
            return after == 0 ? DateTimeOffset.MinValue + TimeSpan.FromDays(1) : _readings[after - 1].Wall;
        }
    }

    /// <summary>The wall clock showed this time, or an earlier one, at the given moment, which has passed.</summary>
    public DateTimeOffset LatestAt(long moment)
    {
        Compare();
        lock (_gate)
        {
            var after = FirstReading(reading => reading.Before >= moment);
            return after == _readings.Count ? DateTimeOffset.MaxValue - TimeSpan.FromDays(1) : _readings[after].Wall;
        }
    }

    /// <summary>The number of the first reading that is late enough; readings are in order.</summary>
    private int FirstReading(Func<Reading, bool> isLate)
    {
        var (low, high) = (0, _readings.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isLate(_readings[middle]))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private void Compare()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var wall = _time.GetUtcNow();
            _readings.Add(new(now, wall, _time.GetTimestamp()));
            if (_advances.Count == 0 || wall > _advances[^1].Wall) _advances.Add(new(_lastComparedAt, wall));
            _lastComparedAt = now;
        }
    }

    /// <summary>The wall clock showed a later time than ever before.</summary>
    /// <param name="After">The moment of the comparison before: until then it had not.</param>
    /// <param name="Wall">The time.</param>
    private readonly record struct Advance(long After, DateTimeOffset Wall);

    /// <summary>Both clocks: the wall clock's time was read between two moments.</summary>
    private readonly record struct Reading(long Before, DateTimeOffset Wall, long After);
}
