using Wingman.Chaos;
using Wingman.SystemTests.Clusters;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>
/// Half a minute of chaos in each topology, with the same users and faults each time; <c>./wingman chaos</c> chooses new ones, and runs for
/// as long as one likes. Judged here is what does not depend on the machine: the promises, that each call is answered, and that no answer is
/// wrong. What depends on it is judged there, on a machine that has nothing else to do: how many calls are answered per second, how soon all
/// are served again after a fault, and that no time of the service is up without a fault. Beside other tests a killed host may need a minute
/// to start.
/// </summary>
[Collection(RealProcessesCollection.Name)]
public sealed class ShortChaosTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("cohosted", 7731)]
    [InlineData("split", 674896)]
    public async Task FaultsUnderLoad_BreakNoPromise(string topology, int seed)
    {
        var options = ChaosOptions.Parse(["--topology", topology, "--minutes", "0.5", "--every", "8", "--seed", $"{seed}"]) with { JudgesSpeed = false };
        await using var log = new StringWriter();

        var report = await ChaosRun.RunAsync(options, TextWriter.Synchronized(log), CancellationToken.None);

        output.WriteLine(log.ToString());
        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.Empty(report.Unexplained);
        Assert.True(report.IsClean, "a check of the run failed");
        Assert.NotEmpty(report.Faults);
        Assert.True(report.Explanations is { Sessions: > 100, Repaired: > 0, Foreign: > 0 }, $"too little was explained: {report.Explanations}");
        Assert.True(report.AnswersCompared > 100, $"only {report.AnswersCompared} answers were compared with the description of the API");
        Assert.True(report.HistoriesChecked > 100, $"only {report.HistoriesChecked} histories were written");
    }
}
