using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Development;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests;

/// <summary>Hosts start in any order, wait for what they need, and refuse settings with which they cannot run.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class StartTests
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task HostStartedWhilePostgresIsDown_LivesAndWaits_AndBecomesReadyByItself()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, CancellationToken.None);
        await postgres.StopAsync();
        await using var cluster = new TestCluster(postgres.GetConnectionString());
        ServiceProcess[] hosts = [cluster.AddCohosted("host"), cluster.AddSilo("silo")];
        foreach (var host in hosts) host.Start();

        await Assert.AllAsync(hosts, static async host =>
        {
            await AnswersLiveAsync(host);
            Assert.NotEqual(HttpStatusCode.OK, await host.HealthAsync("startup"));
            Assert.NotEqual(HttpStatusCode.OK, await host.HealthAsync("ready"));
        });

        await postgres.StartAgainAsync();

        foreach (var host in hosts) await host.WaitUntilReadyAsync();
        await cluster.NewSessionAsync();
    }

    [Fact]
    public async Task HostsWhoseDatabaseHasNoAddress_LiveAndWait()
    {
        await using var cluster = new TestCluster("Host=no-such-host.invalid;Username=nobody;Database=nothing");
        ServiceProcess[] hosts = [cluster.AddCohosted("host"), cluster.AddSilo("silo")];
        foreach (var host in hosts) host.Start();

        await Assert.AllAsync(hosts, static async host =>
        {
            await Eventually.IsTrueAsync(
                $"{host.Name} waits for its database", _ => Task.FromResult(host.Log.Contains("Waiting for the database", StringComparison.Ordinal)));
            await AnswersLiveAsync(host);
            Assert.Equal(0, await host.StopAsync(Seconds));
            Assert.DoesNotContain("Unhandled exception", host.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("BackgroundService failed", host.Log, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task HostAskedToStopWhileItWaitsForWhatItNeeds_EndsCleanly()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, CancellationToken.None);
        await postgres.StopAsync();
        await using var cluster = new TestCluster(postgres.GetConnectionString());
        ServiceProcess[] hosts = [cluster.AddCohosted("host"), cluster.AddSilo("silo"), cluster.AddApi("api")];
        foreach (var host in hosts) host.Start();
        foreach (var host in hosts) await AnswersLiveAsync(host);

        await Assert.AllAsync(hosts, static async host =>
        {
            Assert.Equal(0, await host.StopAsync(Seconds));
            Assert.DoesNotContain("Unhandled exception", host.Log, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task ApiHostStartedWhileNoSiloRuns_LivesAndWaits_AndBecomesReadyByItself()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var api = cluster.AddApi("api");
        var silo = cluster.AddSilo("silo");
        api.Start();

        await AnswersLiveAsync(api);
        Assert.NotEqual(HttpStatusCode.OK, await api.HealthAsync("ready"));

        silo.Start();
        await api.WaitUntilReadyAsync();
        await cluster.NewSessionAsync();
    }

    [Theory]
    [InlineData(HostKind.Api)]
    [InlineData(HostKind.Silo)]
    public async Task ProductionWithNothingConfigured_ExitsAtOnce_NamingTheMissingSettingInOneSentence(HostKind kind)
    {
        await using var host = new ServiceProcess(new ServiceSettings(kind, "unconfigured"));
        host.Start();

        var exitCode = await host.WaitForExitAsync(Seconds);

        Assert.NotEqual(0, exitCode);
        var sentence = Assert.Single(host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("ConnectionStrings", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProductionWithoutAuthentication_ExitsAtOnce_NamingTheMissingSettingInOneSentence()
    {
        var settings = new ServiceSettings(HostKind.Api, "unauthenticated").With("ConnectionStrings:Wingman", "Host=127.0.0.1;Database=wingman;Username=wingman");
        await using var host = new ServiceProcess(settings);
        host.Start();

        var exitCode = await host.WaitForExitAsync(Seconds);

        Assert.NotEqual(0, exitCode);
        var sentence = Assert.Single(host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Authentication", sentence, StringComparison.Ordinal);
    }

    private static async Task AnswersLiveAsync(ServiceProcess host) => await Eventually.BecomesAsync(
        $"{host.Name} is live", checking => host.HealthAsync("live", checking), static status => status == HttpStatusCode.OK);
}
