using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.Chaos.History;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>A network that swallows packets costs its callers their calls, and nobody else anything.</summary>
[Collection(RealProcesses.Name)]
public sealed class SilentNetworkTests(ITestOutputHelper output)
{
    /// <summary>What a process that has threads to spare takes by far on a busy machine.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task DatabaseBehindASilentNetwork_LeavesTheProcessAnsweringWhatNeedsNoDatabase()
    {
        // The driver gives a statement up by asking the server to cancel it, on a thread that it blocks until the server has
        // answered or a timeout has passed. With as many statements under way as there are connections, a pool that begins with
        // a thread per processor has none left to run anything else on: not the silo, not the API, not the health check.
        var direct = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync());
        await using var network = FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(direct.Host!, $".s.PGSQL.{direct.Port}")));
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = IPAddress.Loopback.ToString(), Port = network.Address.Port };
        await using var cluster = new TestCluster(through.ConnectionString);
        var host = cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(40);
        await CallAllAsync();

        network.Cut(CutDirection.Both);
        var calls = CallAllAsync();
        var slowest = await SlowestAnswerAsync(host);
        network.Heal();
        await calls;

        output.WriteLine($"the slowest answer of /health/live took {slowest.TotalMilliseconds:0} ms");
        Assert.True(slowest < Promptly, $"/health/live took {slowest.TotalSeconds:0.0} s");
        await cluster.AssertInvariantsAsync();

        // Every kind of statement is under way at once.
        Task CallAllAsync() => Task.WhenAll(sessions.SelectMany(session => new Task[]
        {
            cluster.ConfirmAsync(session, Participant.User1),
            cluster.ReadAsync(session),
            cluster.ReadReputationAsync(session.Pair.User1),
            cluster.GetAsync($"/api/user/reputation/{session.Pair.User2}/history", session.Pair.User2),
        }));
    }

    private static async Task<TimeSpan> SlowestAnswerAsync(ServiceProcess host)
    {
        var begun = Stopwatch.GetTimestamp();
        var slowest = TimeSpan.Zero;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await pace.WaitForNextTickAsync() && Stopwatch.GetElapsedTime(begun) < Silence)
        {
            var asked = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, await host.HealthAsync("live"));
            var took = Stopwatch.GetElapsedTime(asked);
            slowest = took > slowest ? took : slowest;
        }

        return slowest;
    }
}
