using Wingman.SystemTests.Repository;
using Wingman.Testing;

namespace Wingman.SystemTests.Monitoring;

/// <summary>The rules do what their summaries say: Prometheus' own tool tests each with made-up figures, quiet and firing.</summary>
public sealed class RulesTests
{
    [PrometheusFact]
    public Task Configuration_IsAccepted() => PassesAsync("check", "config", RepositoryFiles.PathOf(MonitoringFiles.Configuration));

    [PrometheusFact]
    public Task Rules_DoWhatTheirTestsSay() => PassesAsync("test", "rules", RepositoryFiles.PathOf(MonitoringFiles.RuleTests));

    [Fact]
    public void EveryAlert_IsTestedQuietAndFiring()
    {
        var alerts = MonitoringFiles.Alerts.Select(static alert => alert.Name).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(alerts, alerts.Distinct());
        Assert.Equal(alerts, TestedAs(fires: false));
        Assert.Equal(alerts, TestedAs(fires: true));
    }

    [Fact]
    public void EveryAlert_SaysHowUrgentItIs_AndWhereTheRunbookIs() => Assert.All(MonitoringFiles.Alerts, static alert =>
    {
        Assert.True(alert.Severity is "page" or "ticket", alert.Severity);
        Assert.NotEmpty(alert.Summary);
        Assert.Equal($"docs/runbook.md#{alert.Name.ToLowerInvariant()}", alert.Runbook);
    });

    private static IEnumerable<string> TestedAs(bool fires) =>
        MonitoringFiles.Cases.Where(test => test.Fires == fires).Select(static test => test.Alert).Distinct().Order(StringComparer.Ordinal);

    private static async Task PassesAsync(params string[] arguments)
    {
        var (exitCode, output) = await PrometheusServer.RunToolAsync(arguments);
        Assert.True(exitCode == 0, output);
    }
}
