using System.Diagnostics;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests;

/// <summary>The sample does what its text says, with a service as `./wingman up` starts it.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class SampleTests
{
    [Fact]
    public async Task TwoBuddies_PlayOneSessionThroughTheClient()
    {
        using var tokens = TestTokens.WithSharedSecret("unused: in Development the service makes a secret of its own");
        var settings = ServiceSettings.ForCluster(HostKind.Api, "api", await TestPostgres.CreateDatabaseAsync(), "", tokens) with { Environment = "Development" };
        foreach (var name in new[] { "Authentication:SharedSecret", "Authentication:Issuer", "Authentication:Audience" })
            settings = settings.With(name, null);
        await using var service = new ServiceProcess(settings);
        await service.StartAndWaitAsync();

        var (exitCode, said, errors) = await RunAsync(service.Address);

        Assert.True(exitCode == 0, $"{said}{errors}\n--- the service's log ends with\n{service.Log}");
        string[] steps =
        [
            "The backend registers that Ana and Ben are matched.",
            "Ana schedules a session. Session scheduled successfully at Cafe Central.",
            "Ana confirms: Completion confirmation recorded. Waiting for your buddy to confirm their completion.",
            "Ben confirms: Session marked as completed! Both participants have confirmed completion and reputation updated.",
            "Ben again: Session already completed",
            "Ben would like to cancel: Session is completed and cannot be cancelled",
            "Ana's reputation: 1 completed, score 1, green",
            "Ben's reputation: 1 completed, score 1, green",
        ];
        Assert.Equal(steps, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != ' '));
        // Which single changes the phone shows depends on when its stream is open; the final state does not.
        Assert.EndsWith("(Completed)", said.Split('\n').Last(static line => line.StartsWith("  Ana's phone: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private static async Task<CommandResult> RunAsync(Uri address)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var sample = Path.Combine(HostBinaries.Repository, "samples", "TwoBuddies", "bin", output.Parent!.Name, output.Name, "Wingman.TwoBuddies.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [sample, address.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var result = await WatchedProcess.RunAsync(start);
        return result with { Output = result.Output.ReplaceLineEndings("\n") };
    }
}
