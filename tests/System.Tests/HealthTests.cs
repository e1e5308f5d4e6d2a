using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Development;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests;

/// <summary>What a host's health checks answer while its database is stopped and started again.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class HealthTests
{
    [Fact]
    public async Task DatabaseStoppedAndStartedAgain_HostIsNotReadyMeanwhile_LivesThroughout_AndIsReadyAgainByItself()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, CancellationToken.None);
        await using var cluster = new TestCluster(postgres.GetConnectionString());
        ServiceProcess[] hosts = [cluster.AddSilo("silo"), cluster.AddApi("api")];
        await cluster.StartAllAsync();

        await postgres.StopAsync();
        await Assert.AllAsync(hosts, static async host =>
        {
            await Eventually.BecomesAsync($"{host.Name} is not ready", checking => host.HealthAsync("ready", checking), static status => status == HttpStatusCode.ServiceUnavailable);
            Assert.Equal(HttpStatusCode.OK, await host.HealthAsync("live"));
            Assert.Equal(HttpStatusCode.OK, await host.HealthAsync("startup"));
        });

        await postgres.StartAgainAsync();

        foreach (var host in hosts) await host.WaitUntilReadyAsync();
        Assert.All(hosts, static host => Assert.Equal(1, host.Lives));
        await cluster.NewSessionAsync();
    }
}
