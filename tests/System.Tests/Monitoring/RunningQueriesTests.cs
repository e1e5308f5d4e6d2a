using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Monitoring;

/// <summary>The metrics that the alerts and the dashboard query exist: a real Prometheus with a running service answers the queries.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class RunningQueriesTests(MonitoredFixture watched) : IClassFixture<MonitoredFixture>
{
    // Made by Prometheus itself.
    private const string AlertsOfPrometheus = "ALERTS";

    [PrometheusFact]
    public Task EveryMetricAndLabel_ThatAQueryNames_IsExposed()
    {
        var names = MonitoringFiles.Queries.Concat(Runbook.Metrics.Select(static metric => new Query("runbook", metric))).SelectMany(static query => PromQl.MetricsOf(query.Expression).Select(metric => (query.Asker, Selector: metric))
            .Concat(PromQl.LabelsOf(query.Expression).Select(label => (query.Asker, Selector: $$"""{{label.Metric}}{{{label.Label}}!=""}"""))));

        return AllBecomeAsync("every metric and label is exposed", [.. names.Select(static name => new Query(name.Asker, name.Selector)).Distinct()], static found => found.Count > 0);
    }

    [PrometheusFact]
    public Task EveryPanel_HasData() =>
        AllBecomeAsync("every panel has data", [.. MonitoringFiles.PanelQueries()], static found => found.Any(static sample => !double.IsNaN(sample.Value)));

    [PrometheusFact]
    public Task EveryAlert_CanBeDecided() =>
        AllBecomeAsync("every alert can be decided", [.. MonitoringFiles.Alerts.Select(static alert => new Query(alert.Name, PromQl.Decided(alert.Expression)))], static found => found.Count > 0);

    [PrometheusFact]
    public Task ReceiverThatIsNotThere_RaisesTheAlert_AndTheOtherDoesNot() => Eventually.BecomesAsync(
        "the alert about the receiver is pending",
        cancellation => SeriesAsync($$"""{{AlertsOfPrometheus}}{alertname="WingmanWebhookFailing"}""", "reader", cancellation),
        static readers => readers == MonitoredFixture.AbsentReceiver);

    [PrometheusFact]
    public async Task SiloThatIsGone_IsTold_AndSoIsTheHostThatNeedsIt_UntilItIsBack()
    {
        var (silo, api) = (watched.Silo.Operations.Authority, watched.Api.Operations.Authority);
        await BecomesReadyAsync();

        await watched.Silo.KillAsync();
        await PendingAsync("WingmanHostDown", silo);
        await PendingAsync("WingmanHostNotReady", api);

        await watched.Silo.StartAndWaitAsync();
        await BecomesReadyAsync();
        await PendingAsync("WingmanHostDown", "");
        await PendingAsync("WingmanHostNotReady", "");

        Task BecomesReadyAsync() => Eventually.BecomesAsync(
            "both hosts are ready", cancellation => SeriesAsync("wingman_ready == 1", "instance", cancellation), ready => ready == string.Join(' ', new[] { silo, api }.Order(StringComparer.Ordinal)));
        Task PendingAsync(string alert, string instances) => Eventually.BecomesAsync(
            $"{alert} is pending for '{instances}'",
            cancellation => SeriesAsync($$"""{{AlertsOfPrometheus}}{alertname="{{alert}}"}""", "instance", cancellation),
            seen => seen == instances);
    }

    private Task<string> AllBecomeAsync(string what, IReadOnlyCollection<Query> queries, Func<IReadOnlyList<PrometheusSample>, bool> holds)
    {
        Assert.NotEmpty(queries);
        // Each query needs to succeed once only, because another test may end a host later.
        var missing = queries.ToList();
        return Eventually.BecomesAsync(
            what,
            async cancellation =>
            {
                try
                {
                    foreach (var query in missing.ToList())
                    {
                        if (holds(await watched.Prometheus.QueryAsync(query.Expression, cancellation))) missing.Remove(query);
                    }
                }
                catch (OperationCanceledException)
                {
                    // The time has passed: the list of what is missing is a better message than the cancellation.
                }

                return missing.Count == 0 ? "" : $"{string.Join('\n', missing)}\n({watched.Users})";
            },
            static missing => missing.Length == 0);
    }

    private async Task<string> SeriesAsync(string query, string label, CancellationToken cancellation) =>
        string.Join(' ', (await watched.Prometheus.QueryAsync(query, cancellation)).Select(sample => sample.Labels[label]).Order(StringComparer.Ordinal));
}
