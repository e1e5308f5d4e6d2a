using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>Meters of one test, with the sums of their counters. Other tests' meters of the same name are not counted.</summary>
internal sealed class CountingMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private volatile Meter? _meter;

    public CountingMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    public Meter Create(MeterOptions options) => _meter = new(options);

    /// <summary>The sum of a counter, whatever its tags.</summary>
    public long Sum(string counter) => _sums.GetValueOrDefault(counter);

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
    }
}
