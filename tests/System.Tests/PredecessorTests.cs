using System.Net;
using System.Net.Sockets;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>A silo that was killed and starts again at the same address is not taken for the process that it replaces.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class PredecessorTests(ITestOutputHelper output)
{
    [Fact]
    public async Task RestartedSilo_IsReachedOnlyWhenTheOthersKnowThatItsPredecessorIsDead()
    {
        // Another silo that connects to the dead process's address reaches the new process, and uses this connection for both. Ten
        // seconds after it has detected the death it closes the connection, and the calls between the two silos are lost.
        await using var cluster = await TestCluster.CreateAsync();
        var killed = cluster.AddSilo("silo-1");
        cluster.AddSilo("silo-2");
        await cluster.StartAllAsync();
        await killed.KillAsync();

        killed.Start();
        var seen = await Eventually.BecomesAsync(
            "the predecessor is declared dead or its successor listens",
            // In this order: if it listens, its predecessor must have been declared dead before, however long the second query takes. So the
            // test does not notice a declaration that comes too late by less than the pause between two checks and the time of the queries.
            // In the other order it would fail where the declaration comes in time, but after it was asked for and before the listener opens.
            async checking => (Listens: await ListensAsync(killed), Silos: await cluster.SilosAsync(checking)),
            at => at.Listens || IsDead(at.Silos));

        output.WriteLine(seen.ToString());
        Assert.True(IsDead(seen.Silos), "the successor listened before its predecessor was declared dead");
        await killed.WaitUntilReadyAsync();
        Assert.True(await ListensAsync(killed));

        bool IsDead(List<(int Port, SiloStatus Status)> silos) => silos.Contains((killed.Settings.Ports.Silo, SiloStatus.Dead));
    }

    [Fact]
    public async Task SecondProcessAtTheAddressOfOneThatServes_IsRefused_AndTheFirstServesOn()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var first = cluster.AddCohosted("first");
        await cluster.StartAllAsync();
        var others = HostPorts.Free();
        await using var second = new ServiceProcess(
            first.Settings with { Name = "second", Ports = first.Settings.Ports with { Http = others.Http, Operations = others.Operations } });

        second.Start();

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains("listens at", second.Log, StringComparison.Ordinal);
        Assert.DoesNotContain((first.Settings.Ports.Silo, SiloStatus.Dead), await cluster.SilosAsync());
        await cluster.NewSessionAsync();
    }

    private static async Task<bool> ListensAsync(ServiceProcess silo)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(IPAddress.Parse(silo.Settings.Address), silo.Settings.Ports.Silo);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
