using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>When a network drops all packets, only the calls that need it fail; others are answered as before.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class SilentNetworkTests(ITestOutputHelper output)
{
    /// <summary>Much longer than an answer takes on a busy machine, if the process has free threads.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task DatabaseBehindASilentNetwork_LeavesTheProcessAnsweringWhatNeedsNoDatabase()
    {
        // To give up a statement, the driver asks the server to cancel it, and blocks a thread until the server has answered or a
        // timeout has passed. If statements are under way on all connections, a pool that begins with one thread per processor has no
        // thread left for anything else: not for the silo, the API or the health check.
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
