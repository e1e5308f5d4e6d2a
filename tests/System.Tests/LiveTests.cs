using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>Streams of sessions survive the end of silos and of API hosts, and show what was done at another host.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class LiveTests(ITestOutputHelper output)
{
    private const string NothingWrong = "with nothing wrong";

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
        await ChangeAsync(cluster, sessions[0], clients, "through API hosts that are clients");

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
        await ChangeAsync(cluster, sessions[0], clients, "at hosts that are silos");

        await ConfirmAsync(cluster, sessions, clients, Participant.User1, "confirmed", NothingWrong);
        var quiet = Stopwatch.StartNew();
        while (quiet.Elapsed < Quiet)
        {
            foreach (var client in clients) Assert.Equal("heartbeat", (await client.NextOfAnyKindAsync()).Name);
        }

        await ConfirmAsync(cluster, sessions, clients, Participant.User2, "completed", NothingWrong);

        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task Streams_WhenTheApiHostsAreRestartedOneAfterTheOther_GoOnAtTheOther_AndShowEveryChange()
    {
        await using var cluster = await TestCluster.CreateAsync();
        cluster.AddSilo("silo");
        ServiceProcess[] hosts = [cluster.AddApi("api-1"), cluster.AddApi("api-2")];
        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();
        // Each begins at another host.
        await using var first = new Watcher(hosts, session.Id, cluster.Tokens.ForUser(session.Pair.User1));
        await using var second = new Watcher([hosts[1], hosts[0]], session.Id, cluster.Tokens.ForUser(session.Pair.User2));
        Watcher[] watchers = [first, second];
        foreach (var watcher in watchers) await watcher.ShowsAsync("state");

        (Participant Who, string Change)[] steps = [(Participant.User1, "confirmed"), (Participant.User2, "completed")];
        for (var i = 0; i < steps.Length; i++)
        {
            Assert.Equal(0, await hosts[i].StopAsync());
            await cluster.ConfirmAsync(session, steps[i].Who);
            await hosts[i].StartAndWaitAsync();
            foreach (var watcher in watchers) await watcher.ShowsAsync(steps[i].Change);
        }
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

    // The first session's, by another program: no host is notified, so a silo has to find the change.
    private async Task ChangeAsync(TestCluster cluster, TestSession session, List<LiveClient> clients, string where)
    {
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        var sent = Stopwatch.StartNew();
        Assert.Equal(1, await database.ExecuteAsync("update public.wingman_sessions set notes = 'Ask for the table at the window.' where id = $1", session.Id));

        List<double> delays = [];
        foreach (var client in clients.GetRange(0, 2))
        {
            await client.UntilAsync("changed");
            delays.Add(sent.Elapsed.TotalMilliseconds);
        }

        output.WriteLine($"another program's change {where}: {string.Join(' ', delays.Select(static delay => $"{delay:0}"))} ms after it was sent");
    }

    private async Task ConfirmAsync(
        TestCluster cluster, TestSession[] sessions, List<LiveClient> clients, Participant who, string change, string when)
    {
        List<double> delays = [];
        var withReputations = 0;
        for (var i = 0; i < sessions.Length; i++)
        {
            await cluster.ConfirmAsync(sessions[i], who);
            var answered = Stopwatch.StartNew();
            foreach (var client in clients.GetRange(2 * i, 2))
            {
                var seen = await client.UntilAsync(change);
                delays.Add(answered.Elapsed.TotalMilliseconds);
                if (change != "completed") continue;
                // Left out where they could not be read in time, as they may be after a silo's death. Then a client asks for them.
                if (seen.Data.TryGetProperty("reputations", out _))
                {
                    withReputations++;
                    Assert.Equal((1, 1), (CompletedOf(seen, "user1"), CompletedOf(seen, "user2")));
                    continue;
                }

                await Assert.AllAsync([sessions[i].Pair.User1, sessions[i].Pair.User2], async user => Assert.Equal(
                    1, (await cluster.ReadReputationAsync(user)).Body.GetProperty("completed_sessions").GetInt32()));
            }
        }

        if (change == "completed" && when == NothingWrong) Assert.NotEqual(0, withReputations);
        output.WriteLine($"'{change}' {when}: {string.Join(' ', delays.Order().Select(static delay => $"{delay:0}"))} ms after the answer");
    }

    private static int CompletedOf(SeenEvent seen, string user) =>
        seen.Data.GetProperty("reputations").GetProperty(user).GetProperty("completed_sessions").GetInt32();

    /// <summary>
    /// Watches a session as a phone behind a load balancer does: through one host until that ends the stream, then through the next, from the
    /// last event on, until the session is completed.
    /// </summary>
    private sealed class Watcher : IAsyncDisposable
    {
        private const string Last = "completed";

        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

        private readonly ConcurrentQueue<string> _seen = new();
        private readonly CancellationTokenSource _left = new();
        private readonly Task _watching;

        public Watcher(ServiceProcess[] hosts, Guid session, string token) => _watching = WatchAsync(hosts, session, token);

        /// <summary>Waits until it has shown an event.</summary>
        public Task<string> ShowsAsync(string name) => Eventually.BecomesAsync(
            $"a watcher shows '{name}'",
            async _ =>
            {
                // Reports why it has ended.
                if (_watching.IsCompleted) await _watching;
                return string.Join(' ', _seen);
            },
            _ => _seen.Contains(name));

        public async ValueTask DisposeAsync()
        {
            await _left.CancelAsync();
            await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _left.Dispose();
        }

        private async Task WatchAsync(ServiceProcess[] hosts, Guid session, string token)
        {
            string? lastId = null;
            for (var turn = 0; !_seen.Contains(Last); turn++)
            {
                try
                {
                    await using var client = await LiveClient.OpenAsync(hosts[turn % hosts.Length].Address, session, token, lastId);
                    if (client.Status == HttpStatusCode.OK) lastId = await ReadAsync(client) ?? lastId;
                }
                catch (HttpRequestException)
                {
                    // The host is down.
                }

                await Task.Delay(Pause, _left.Token);
            }
        }

        // The last event's id, once the host has ended the stream or the session is completed.
        private async Task<string?> ReadAsync(LiveClient client)
        {
            try
            {
                while (!_seen.Contains(Last)) _seen.Enqueue((await client.NextAsync().WaitAsync(_left.Token)).Name);
            }
            catch (ChannelClosedException)
            {
                // The host has ended it.
            }

            return client.LastEventId is { Length: > 0 } id ? id : null;
        }
    }
}
