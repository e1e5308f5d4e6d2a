using System.Text.RegularExpressions;
using Wingman.SystemTests.Repository;

namespace Wingman.SystemTests.Monitoring;

/// <summary>docs/runbook.md has a section for every alert and for nothing else, and refers to what exists.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public void Sections_AreThoseOfTheAlerts() => Assert.Equal(
        MonitoringFiles.Alerts.Select(static alert => alert.Name).Order(StringComparer.Ordinal), Runbook.Sections.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Section_SaysHowUrgentItIs_AndThreeThingsToDo() => Assert.All(MonitoringFiles.Alerts, static alert =>
    {
        var text = Runbook.Sections[alert.Name];
        Assert.StartsWith($"*{alert.Severity}* ", text.TrimStart(), StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3"], Step().Matches(text).Select(static step => step.Groups["number"].Value));
    });

    [Fact]
    public void EveryPanelAndCheck_ThatIsNamed_Exists()
    {
        var doctor = string.Concat(Directory.EnumerateFiles(RepositoryFiles.PathOf("src/Silo/Doctor"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.NotEmpty(Runbook.Quotes);
        Assert.All(Runbook.Quotes, quote => Assert.True(
            MonitoringFiles.Panels.Any(panel => panel.Title == quote) || doctor.Contains($"\"{quote}\"", StringComparison.Ordinal), quote));
    }

    [Fact]
    public void EverySetting_ThatIsNamed_IsDocumented()
    {
        var settings = RepositoryFiles.Read("docs/deployment.md");

        Assert.NotEmpty(Runbook.Settings);
        Assert.All(Runbook.Settings, setting => Assert.Contains($"`{setting}`", settings, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^(?<number>\d)\. ", RegexOptions.Multiline)]
    private static partial Regex Step();
}
