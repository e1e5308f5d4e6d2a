using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Silo.Hosting;

namespace Wingman.Grains.Tests.Sweeping;

/// <summary>A host that never started stops without waiting for the sweeper's start.</summary>
public sealed class SweeperStarterTests
{
    [Fact]
    public async Task Stop_WhenTheHostNeverStarted_DoesNotWaitForIt()
    {
        using var starter = new SweeperStarter(null!, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<SweeperStarter>.Instance);
        await starter.StartAsync(CancellationToken.None);
        for (var i = 0; i < 100; i++) await Task.Run(static () => { });

        await starter.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }
}
