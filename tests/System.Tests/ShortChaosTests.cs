using Wingman.Chaos;
using Wingman.SystemTests.Clusters;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>A minute of chaos in each topology; <c>./wingman chaos</c> runs for as long as one likes.</summary>
[Collection(RealProcesses.Name)]
public sealed class ShortChaosTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("cohosted")]
    [InlineData("split")]
    public async Task FaultsUnderLoad_BreakNoPromise(string topology)
    {
        var options = ChaosOptions.Parse(["--topology", topology, "--minutes", "0.8", "--every", "8"]);
        await using var log = new StringWriter();

        var report = await ChaosRun.RunAsync(options, TextWriter.Synchronized(log), CancellationToken.None);

        output.WriteLine(log.ToString());
        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.Empty(report.Unexplained);
        Assert.True(report.ResumesInTime, $"after a fault somebody was not served for {report.RecoveryFromHeal.Max} s");
        Assert.NotEmpty(report.Faults);
        Assert.True(report.HistoriesChecked > 100, $"only {report.HistoriesChecked} histories were written");
    }
}
