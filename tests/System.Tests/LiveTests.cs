using System.Diagnostics;
using System.Globalization;
using Wingman.Chaos.History;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>Streams of sessions survive the end of silos, and show what was done at another host.</summary>
[Collection(RealProcesses.Name)]
public sealed class LiveTests(ITestOutputHelper output)
{
    /// <summary>For how long nothing happens between the two confirmations. Runs with more time set a longer one.</summary>
    private static readonly TimeSpan Quiet =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("WINGMAN_QUIET_SECONDS") ?? "0", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Streams_WhenOneSiloIsKilledAndTheOtherRestarted_GoOn_AndShowEveryChange()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var first = cluster.AddSilo("silo-1");
        var second = cluster.AddSilo("silo-2");
        ServiceProcess[] hosts = [cluster.AddApi("api-1"), cluster.AddApi("api-2")];
        await cluster.StartAllAsync();
        // So many that each silo has some of them.
        var sessions = await cluster.NewSessionsAsync(12);
        var clients = await OpenAsync(cluster, hosts, sessions);

        await first.KillAsync();
        await ConfirmAsync(cluster, sessions, clients, Participant.User1, "confirmed", "after a silo was killed");
        await first.StartAndWaitAsync();
        Assert.Equal(0, await second.StopAsync());
        await ConfirmAsync(cluster, sessions, clients, Participant.User2, "completed", "after the other one was stopped");

        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task Streams_OfTwoHostsThatAreSilos_BothShowWhatEitherWasTold()
    {
        await using var cluster = await TestCluster.CreateAsync();
        ServiceProcess[] hosts = [cluster.AddCohosted("host-1"), cluster.AddCohosted("host-2")];
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(12);
        var clients = await OpenAsync(cluster, hosts, sessions);

        await ConfirmAsync(cluster, sessions, clients, Participant.User1, "confirmed", "with nothing wrong");
        var quiet = Stopwatch.StartNew();
        while (quiet.Elapsed < Quiet)
        {
            foreach (var client in clients) Assert.Equal("heartbeat", (await client.NextOfAnyKindAsync()).Name);
        }

        await ConfirmAsync(cluster, sessions, clients, Participant.User2, "completed", "with nothing wrong");

        foreach (var client in clients) await client.DisposeAsync();
    }

    // Both participants of each session, each at another host.
    private static async Task<List<LiveClient>> OpenAsync(TestCluster cluster, ServiceProcess[] hosts, TestSession[] sessions)
    {
        List<LiveClient> clients = [];
        foreach (var session in sessions)
        {
            clients.Add(await LiveClient.OpenAsync(hosts[0].Address, session.Id, cluster.Tokens.ForUser(session.Pair.User1)));
            clients.Add(await LiveClient.OpenAsync(hosts[1].Address, session.Id, cluster.Tokens.ForUser(session.Pair.User2)));
        }

        foreach (var client in clients) Assert.Equal("state", (await client.NextAsync()).Name);
        return clients;
    }

    private async Task ConfirmAsync(
        TestCluster cluster, TestSession[] sessions, List<LiveClient> clients, Participant who, string change, string when)
    {
        List<double> delays = [];
        for (var i = 0; i < sessions.Length; i++)
        {
            await cluster.ConfirmAsync(sessions[i], who);
            var answered = Stopwatch.StartNew();
            foreach (var client in clients.GetRange(2 * i, 2))
            {
                var seen = await client.UntilAsync(change);
                delays.Add(answered.Elapsed.TotalMilliseconds);
                if (change == "completed") Assert.Equal((1, 1), (CompletedOf(seen, "user1"), CompletedOf(seen, "user2")));
            }
        }

        output.WriteLine($"'{change}' {when}: {string.Join(' ', delays.Order().Select(static delay => $"{delay:0}"))} ms after the answer");
    }

    private static int CompletedOf(SeenEvent seen, string user) =>
        seen.Data.GetProperty("reputations").GetProperty(user).GetProperty("completed_sessions").GetInt32();
}
