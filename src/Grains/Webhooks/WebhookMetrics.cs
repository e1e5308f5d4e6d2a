using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Wingman.Webhooks;

/// <summary>What operators see of the receivers. Gauges are those of the process that serves the receiver.</summary>
internal static class WebhookMetrics
{
    private static readonly ConcurrentDictionary<string, Figures> Receivers = new(StringComparer.Ordinal);

    private static readonly Counter<long> Accepted = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.webhooks.accepted", "{event}", "Events that receivers have accepted.");

    private static readonly Counter<long> Failed = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.webhooks.failed", "{attempt}", "Attempts that failed.");

    private static readonly Counter<long> Dead = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.webhooks.dead", "{event}", "Events that became dead letters.");

    private static readonly ObservableGauge<double> LagTime = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.log.reader_lag", () => Observe(static figures => figures.LagSeconds), "s", "How old the oldest line of the log is that a reader has not read.");

    private static readonly ObservableGauge<double> LagLines = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.log.reader_lag_lines", () => Observe(static figures => figures.LagLines), "{line}", "Lines of the log that a reader has not read, at most 10,000.");

    private static readonly ObservableGauge<double> Waiting = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.webhooks.waiting", () => Observe(static figures => figures.Waiting), "{event}", "Events that were read for a receiver and are not accepted yet.");

    private static readonly ObservableGauge<double> CutOff = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.webhooks.cut_off", () => Observe(static figures => figures.IsCutOff ? 1 : 0), "{receiver}", "1 for a receiver that was cut off.");

    public static void CountAccepted(string receiver, string type) => Accepted.Add(1, Tag(receiver), new("type", type));

    public static void CountFailed(string receiver) => Failed.Add(1, Tag(receiver));

    public static void CountDead(string receiver) => Dead.Add(1, Tag(receiver));

    /// <summary>Shows a receiver's figures from now on.</summary>
    public static void Show(string receiver, Figures figures) => Receivers[receiver] = figures;

    /// <summary>Shows them no more: another process may serve it.</summary>
    public static void Hide(string receiver) => Receivers.TryRemove(receiver, out _);

    private static KeyValuePair<string, object?> Tag(string receiver) => new("reader", receiver);

    private static IEnumerable<Measurement<double>> Observe(Func<Figures, double> figure) =>
        Receivers.Select(pair => new Measurement<double>(figure(pair.Value), Tag(pair.Key)));

    internal sealed record Figures(double LagSeconds, int LagLines, int Waiting, bool IsCutOff);
}
