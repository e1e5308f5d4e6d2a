using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Wingman.Chaos.Load;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Continuity;

/// <summary>docs/upgrades.md: three processes are replaced one after the other under load, and no request fails.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Actors = 24;
    private const double RequestsPerSecond = 300;

    /// <summary>A share of it that a machine reaches which does nothing else: what a restart delays is caught up with.</summary>
    private const double LeastShare = 0.8;

    private static readonly string? LongRun = Environment.GetEnvironmentVariable("WINGMAN_ROLLING_REQUESTS");

    /// <summary>Runs with more time set a larger number.</summary>
    private static readonly int Requests = int.Parse(LongRun ?? "3000", CultureInfo.InvariantCulture);

    private readonly ConcurrentQueue<string> _failures = [];
    private long _started;
    private int _sent;

    [Fact]
    public async Task HostsRestartedInTurn_UnderLoad_NoRequestFails()
    {
        await using var cluster = await TestCluster.CreateAsync();
        ServiceProcess[] hosts = [.. Enumerable.Range(1, 3).Select(number => cluster.Add(ServiceSettings
            .ForCluster(HostKind.Api, $"host-{number}", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens)
            .With("Wingman:Operations:ShutdownDelay", "00:00:02")))];
        await cluster.StartAllAsync();
        var pairs = await Task.WhenAll(Enumerable.Range(0, Actors).Select(_ => cluster.NewPairAsync()));

        var rounds = 0;
        TimeSpan took;
        await using (var balancer = new ReadyBalancer(hosts, cluster.Tokens, CheckAnswer))
        {
            using var stop = new CancellationTokenSource();
            _started = Stopwatch.GetTimestamp();
            var load = Task.WhenAll(pairs.Select(pair => MeetAsync(balancer, pair, stop.Token)));
            do
            {
                await RestartInTurnAsync(hosts, balancer);
                rounds++;
            }
            while (Volatile.Read(ref _sent) < Requests && _failures.IsEmpty);
            await stop.CancelAsync();
            await load;
            took = Stopwatch.GetElapsedTime(_started);
        }

        output.WriteLine($"{_sent} requests in {took.TotalSeconds:0} s, {rounds * hosts.Length} restarts, {_failures.Count} failed");
        Assert.True(_failures.IsEmpty, string.Join('\n', _failures));
        // A run with more time has the machine to itself. Elsewhere other tests use the same processors, and the rate says nothing.
        if (LongRun is not null) Assert.True(_sent >= LeastShare * RequestsPerSecond * took.TotalSeconds, "the load was less than the test is about");
        await cluster.AssertInvariantsAsync();
    }

    private static async Task RestartInTurnAsync(ServiceProcess[] hosts, ReadyBalancer balancer)
    {
        foreach (var host in hosts)
        {
            Assert.Equal(0, await host.StopAsync());
            await host.StartAndWaitAsync();
            await Eventually.IsTrueAsync($"{host.Name} gets calls again", _ => Task.FromResult(balancer.Uses(host)));
        }
    }

    /// <summary>Two buddies who meet again and again.</summary>
    private async Task MeetAsync(ReadyBalancer balancer, Pair pair, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var created = await SendAsync(HttpMethod.Post, "/api/session/create", pair.User1, Wire.Schedule(pair));
            if (created.Status != 200) return;

            var session = created.Body.GetProperty("session_id").GetGuid();
            await SendAsync(HttpMethod.Get, $"/api/session/{session}", pair.User2, null);
            await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User1, new { session_id = session });
            await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User1, new { session_id = session });
            await SendAsync(HttpMethod.Post, "/api/session/confirm-completion", pair.User2, new { session_id = session });
            await SendAsync(HttpMethod.Get, $"/api/user/reputation/{pair.User2}", pair.User2, null);
        }

        async Task<Call> SendAsync(HttpMethod method, string path, Guid user, object? body)
        {
            await PaceAsync();
            var call = await balancer.CallAsync(method, path, user, body);
            if (call.Status != 200) _failures.Enqueue($"{call}");
            return call;
        }
    }

    // Written down as all failures are: a user who ended here would no longer send the requests that the test waits for.
    private void CheckAnswer(GivenAnswer answer)
    {
        if (DocumentedAnswers.ProblemOf(answer) is { } problem) _failures.Enqueue(problem);
    }

    // Each request has a time at which it is sent. If the machine is slower, requests are late, but none is left out.
    private async Task PaceAsync()
    {
        var due = TimeSpan.FromSeconds(Interlocked.Increment(ref _sent) / RequestsPerSecond);
        var early = due - Stopwatch.GetElapsedTime(_started);
        if (early > TimeSpan.Zero) await Task.Delay(early);
    }
}
