using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Chaos.Checking;
using Wingman.Chaos.Load;
using Wingman.Development;
using Wingman.Testing;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.Chaos.Upgrades;

/// <summary>The result of an upgrade run.</summary>
internal sealed record UpgradeReport(
    double Seconds, long Requests, int Replacements, long Streams, int Completed, int Delivered, IReadOnlyDictionary<string, long> UnknownKinds, IReadOnlyList<string> Failures)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        upgrade: {Requests} requests in {Seconds:0} s, {Replacements} hosts replaced, {Failures.Count} failures
          sessions completed    {Completed}, {Delivered} of them delivered to the webhooks' receiver
          live streams          {Streams}
          kinds of the log that the last version does not know: {string.Join(", ", UnknownKinds.Select(static kind => $"{kind.Key} ({kind.Value} lines)"))}
        {string.Join('\n', Failures.Take(20).Select(static failure => $"  {failure}"))}
        """).TrimEnd();
}

/// <summary>Three hosts of one version become hosts of another, one after the other, and go back, under load.</summary>
internal static class UpgradeRun
{
    /// <summary>Within this time a host must stop, start and get calls again, a stream must show a completion, and all webhooks must be delivered.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private const int Hosts = 3;
    private const int Pairs = 24;
    private const int Watched = 6;
    private const string Secret = "a secret of the upgrade run, 32 bytes or more";

    /// <summary>The kinds that the last version writes.</summary>
    private static readonly string[] KnownKinds =
        ["scheduled", "confirmed", "completed", "cancelled", "no_show", "observed", "reputation_changed", "notes_updated", "reopened", "excused", "user_erased"];

    public static async Task<UpgradeReport> RunAsync(UpgradeOptions options, TextWriter output, CancellationToken cancellation)
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, cancellation);
        await using var database = NpgsqlDataSource.Create(postgres.GetConnectionString());
        await using var receiver = new EventReceiver();
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var hosts = Enumerable.Range(1, Hosts).Select(number => new ServiceProcess(receiver.At(ServiceSettings
            .ForCluster(HostKind.Api, $"host-{number}", postgres.GetConnectionString(), Secret, tokens)
            .With("Wingman:Operations:ShutdownDelay", "00:00:02")))
        { Assembly = options.Last }).ToList();
        try
        {
            foreach (var host in hosts) host.Start();
            await Task.WhenAll(hosts.Select(host => host.WaitUntilReadyAsync(cancellation: cancellation)));
            // No answer is compared with the description of the API: it describes one version, and there are two.
            await using var balancer = new ReadyBalancer(hosts, tokens);
            var load = new UpgradeLoad(balancer, tokens, options.Rate);
            var begun = RunClock.Now;
            var pairs = await RegisterAsync(hosts, tokens, cancellation);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var meeting = Task.WhenAll(pairs.Select((pair, number) => load.MeetAsync(pair, number < Watched, stop.Token)));
            try
            {
                foreach (var version in new[] { options.Next, options.Last })
                {
                    foreach (var host in hosts)
                    {
                        await ReplaceAsync(host, version, balancer, load);
                        output.WriteLine($"{RunClock.Between(begun, RunClock.Now):mm\\:ss} {host.Name} is of the {(version == options.Next ? "next" : "last")} version; {load.Sent} requests, {load.Failures.Count} failures");
                        await Task.Delay(options.Dwell, cancellation);
                    }
                }
            }
            finally
            {
                await stop.CancelAsync();
                await meeting;
            }

            var seconds = RunClock.Between(begun, RunClock.Now).TotalSeconds;
            await CheckAsync(hosts, tokens, database, pairs, load, receiver, cancellation);
            var unknown = await UnknownKindsAsync(database, cancellation);
            if (unknown.Count == 0)
                load.Failures.Enqueue("the next version has written no kind of line that the last one does not know, so the run did not test such lines");
            return new(seconds, load.Sent, 2 * Hosts, load.Streams, load.Completed.Count, load.Completed.Keys.Count(receiver.Completed.ContainsKey), unknown, [.. load.Failures]);
        }
        finally
        {
            foreach (var host in hosts) await host.DisposeAsync();
        }
    }

    private static async Task ReplaceAsync(ServiceProcess host, string version, ReadyBalancer balancer, UpgradeLoad load)
    {
        var code = await host.StopAsync(Deadline);
        if (code != 0) load.Failures.Enqueue($"{host.Name} ended with exit code {code}");
        host.Assembly = version;
        await host.StartAndWaitAsync(Deadline);
        await Eventually.IsTrueAsync($"{host.Name} gets calls again", _ => Task.FromResult(balancer.Uses(host)), Deadline);
    }

    private static async Task<List<Pair>> RegisterAsync(IReadOnlyList<ServiceProcess> hosts, TestTokens tokens, CancellationToken cancellation)
    {
        using var client = new LoadClient(EntriesOf(hosts), tokens, static _ => { });
        List<Pair> pairs = [];
        for (var i = 0; i < Pairs; i++)
        {
            var pair = new Pair(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
            var put = await client.CallAsServiceAsync(
                Random.Shared, HttpMethod.Put, $"/api/match/{pair.Match}", new { user1_id = pair.User1, user2_id = pair.User2, status = "accepted" }, cancellation);
            pairs.Add(put.Status == 201 ? pair : throw new InvalidOperationException($"A match was not registered: {put}"));
        }

        return pairs;
    }

    /// <summary>Checks the rules of every commit, the acknowledged completions, the reputations at each host, and the delivered webhooks.</summary>
    private static async Task CheckAsync(
        IReadOnlyList<ServiceProcess> hosts, TestTokens tokens, NpgsqlDataSource database, IReadOnlyList<Pair> pairs, UpgradeLoad load, EventReceiver receiver, CancellationToken cancellation)
    {
        var everything = await SnapshotReader.ReadAsync(database, SnapshotReader.Everything, cancellation);
        foreach (var violation in CommitInvariants.Check(everything)) load.Failures.Enqueue($"{violation}");
        var rows = everything.Sessions.ToDictionary(static row => row.Id);
        foreach (var session in load.Completed.Keys.Where(session => !rows.TryGetValue(session, out var row) || row.State.Status != Sessions.SessionStatus.Completed))
            load.Failures.Enqueue($"I1: the completion of session {session} was acknowledged, but it is not completed");
        using var client = new LoadClient(EntriesOf(hosts), tokens, static _ => { });
        foreach (var violation in await ReputationCheck.CheckAsync(client, [.. pairs.SelectMany(static pair => new[] { pair.User1, pair.User2 })], everything, cancellation))
            load.Failures.Enqueue($"{violation}");
        try
        {
            await Eventually.BecomesAsync(
                "each completion was delivered",
                _ => Task.FromResult(load.Completed.Keys.Count(session => !receiver.Completed.ContainsKey(session))),
                static missing => missing == 0,
                Deadline,
                cancellation);
        }
        catch (TimeoutException late)
        {
            load.Failures.Enqueue(late.Message);
        }
    }

    private static async Task<Dictionary<string, long>> UnknownKindsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var count = database.CreateCommand("select kind, count(*) from wingman.events where kind <> all ($1) group by 1");
        count.Parameters.Add(new NpgsqlParameter { Value = KnownKinds });
        await using var rows = await count.ExecuteReaderAsync(cancellation);
        Dictionary<string, long> kinds = [];
        while (await rows.ReadAsync(cancellation)) kinds[rows.GetString(0)] = rows.GetInt64(1);
        return kinds;
    }

    private static EntryHosts EntriesOf(IEnumerable<ServiceProcess> hosts) => new([.. hosts.Select(static host => new EntryHost(host.Name, host.Address))]);
}
