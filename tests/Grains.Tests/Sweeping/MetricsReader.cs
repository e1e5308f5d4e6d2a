using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>Reads a meter as an exporter would.</summary>
internal sealed class MetricsReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly ConcurrentDictionary<string, double> _last = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _recorded = new();

    public MetricsReader(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (instrument is Histogram<double>) _recorded.GetOrAdd(instrument.Name, static _ => new()).Enqueue(value);
            else _last.AddOrUpdate(instrument.Name, value, (_, other) => Math.Max(other, value));
        });
        _listener.Start();
    }

    /// <summary>The increase of a counter since this reader began.</summary>
    public double Sum(string counter) => _sums.GetValueOrDefault(counter);

    /// <summary>What was recorded in a histogram since this reader began.</summary>
    public double[] Recorded(string histogram) => _recorded.TryGetValue(histogram, out var values) ? [.. values] : [];

    /// <summary>The present value of a gauge: the greatest value of all hosts of this process.</summary>
    public double Observe(string gauge)
    {
        _last.Clear();
        _listener.RecordObservableInstruments();
        return _last[gauge];
    }

    public void Dispose() => _listener.Dispose();
}
