using System.Diagnostics.Metrics;

namespace Wingman.Testing;

/// <summary>Meters without a host.</summary>
public sealed class OwnMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    /// <inheritdoc/>
    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <inheritdoc/>
    public void Dispose() => _meters.ForEach(static meter => meter.Dispose());
}
