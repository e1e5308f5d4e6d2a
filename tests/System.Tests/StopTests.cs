using System.Net;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests;

/// <summary>A host that is asked to stop reports that it is not ready first, and still serves until a load balancer has detected that.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class StopTests
{
    [Fact]
    public async Task Terminated_IsNotReadyAtOnce_ServesUntilTheDelayIsOver_AndEndsCleanly()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var host = cluster.Add(ServiceSettings.ForCluster(HostKind.Api, "host", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens)
            .With("Wingman:Operations:ShutdownDelay", "00:00:04"));
        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();

        host.Send(Signal.Terminate);

        await Eventually.BecomesAsync("the host says that it is not ready", checking => host.HealthAsync("ready", checking), static status => status != HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await host.HealthAsync("live"));
        Assert.Equal(200, (await cluster.TryConfirmAsync(session, Participant.User1)).Status);
        Assert.Equal(0, await host.WaitForExitAsync());
    }
}
