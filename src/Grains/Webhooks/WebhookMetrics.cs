using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Wingman.Webhooks;

/// <summary>What operators see of the receivers. Gauges are those of the process that serves the receiver.</summary>
internal sealed class WebhookMetrics
{
    private readonly ConcurrentDictionary<string, GaugeValues> _receivers = new(StringComparer.Ordinal);
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _dead;

    /// <summary>Creates the instruments.</summary>
    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        _accepted = meter.CreateCounter<long>("wingman.webhooks.accepted", "{event}", "Events that receivers have accepted.");
        _failed = meter.CreateCounter<long>("wingman.webhooks.failed", "{attempt}", "Attempts that failed.");
        _dead = meter.CreateCounter<long>("wingman.webhooks.dead", "{event}", "Events that became dead letters.");
        meter.CreateObservableGauge(
            "wingman.log.reader_lag", () => Observe(static values => values.LagSeconds), "s", "How old the oldest line of the log is that a reader has not read.");
        meter.CreateObservableGauge(
            "wingman.log.reader_lag_lines", () => Observe(static values => values.LagLines), "{line}", "Lines of the log that a reader has not read, at most 10,000.");
        meter.CreateObservableGauge(
            "wingman.webhooks.waiting", () => Observe(static values => values.Waiting), "{event}", "Events that were read for a receiver and are not accepted yet.");
        meter.CreateObservableGauge(
            "wingman.webhooks.failing", () => Observe(static values => values.FailingSeconds), "s", "For how long a receiver has accepted nothing although events were sent to it.");
        meter.CreateObservableGauge(
            "wingman.webhooks.cut_off", () => Observe(static values => values.IsCutOff ? 1 : 0), "{receiver}", "1 for a receiver that was cut off.");
    }

    /// <summary>A receiver has accepted an event.</summary>
    public void Accepted(string receiver, string type) => _accepted.Add(1, Tag(receiver), new("type", type));

    /// <summary>An attempt has failed.</summary>
    public void Failed(string receiver) => _failed.Add(1, Tag(receiver));

    /// <summary>An event has become a dead letter.</summary>
    public void Dead(string receiver) => _dead.Add(1, Tag(receiver));

    /// <summary>Shows a receiver's values from now on.</summary>
    public void Show(string receiver, GaugeValues values)
    {
        if (!_receivers.ContainsKey(receiver))
        {
            _failed.ShowZero("reader", receiver);
            _dead.ShowZero("reader", receiver);
        }

        _receivers[receiver] = values;
    }

    /// <summary>Stops showing them: another process may serve the receiver.</summary>
    public void Hide(string receiver) => _receivers.TryRemove(receiver, out _);

    private static KeyValuePair<string, object?> Tag(string receiver) => new("reader", receiver);

    private IEnumerable<Measurement<double>> Observe(Func<GaugeValues, double> value) =>
        _receivers.Select(pair => new Measurement<double>(value(pair.Value), Tag(pair.Key)));

    internal sealed record GaugeValues(double LagSeconds, int LagLines, int Waiting, double FailingSeconds, bool IsCutOff);
}
