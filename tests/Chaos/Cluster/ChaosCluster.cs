using Wingman.Chaos.Load;
using Wingman.Testing;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Cluster;

/// <summary>Hosts and their database, and the supervisor that restarts a host that has ended by itself.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>The shortest grace period that the service allows.</summary>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(1);

    private const string Secret = "a secret of the chaos run, 32 bytes or more";
    private static readonly TimeSpan TokenAge = TimeSpan.FromDays(2);
    private static readonly TimeSpan SupervisorPause = TimeSpan.FromMilliseconds(200);

    private readonly Violations _violations;
    private readonly DirectoryInfo _keys;

    private ChaosCluster(
        ChaosOptions options, ChaosDatabase database, TestTokens tokens, IReadOnlyList<ChaosHost> hosts, DirectoryInfo keys, Violations violations)
    {
        (Options, Database, Tokens, Hosts, _keys, _violations) = (options, database, tokens, hosts, keys, violations);
        Entries = new EntryHosts([.. hosts.Where(static host => host.IsEntry).Select(static host => new EntryHost(host.Process.Name, host.Process.Address))]);
    }

    public ChaosOptions Options { get; }

    public ChaosDatabase Database { get; }

    public TestTokens Tokens { get; }

    public IReadOnlyList<ChaosHost> Hosts { get; }

    public EntryHosts Entries { get; }

    /// <summary>How long a host may take from its start until it is ready.</summary>
    public TimeSpan LongestStart => TimeSpan.FromSeconds(90) + Options.Patience;

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <param name="server">The database's server, which the cluster stops in the end.</param>
    /// <param name="options">Which hosts, where their logs go, and how long they may take.</param>
    /// <param name="clocks">Whether each host's clock can be set.</param>
    /// <param name="violations">Collects what must never happen.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<ChaosCluster> StartAsync(
        IChaosServer server, ChaosOptions options, bool clocks, Violations violations, CancellationToken cancellation)
    {
        var logs = options.Logs;
        var database = new ChaosDatabase(server);
        // Issued long before the run: a host whose clock is behind correctly refuses tokens that were issued in its future, so newer
        // tokens would fail there.
        var tokens = TestTokens.WithSharedSecret(Secret, new EarlierClock(TokenAge));
        if (logs is not null) Directory.CreateDirectory(logs);
        (HostKind Kind, string Name, bool Cohosted)[] wanted = options.Topology == Topology.Cohosted
            ? [.. Enumerable.Range(1, Math.Min(2, server.MaxHosts)).Select(static n => (HostKind.Api, $"host-{n}", true))]
            :
            [
                .. Enumerable.Range(1, 3).Select(static n => (HostKind.Silo, $"silo-{n}", false)),
                .. Enumerable.Range(1, 2).Select(static n => (HostKind.Api, $"api-{n}", false)),
            ];
        var keys = Directory.CreateTempSubdirectory("wingman-chaos-keys-");
        List<ChaosHost> hosts = [];
        foreach (var (kind, name, cohosted) in wanted)
            hosts.Add(Create(kind, name, cohosted, clocks ? await HostClock.CreateAsync(cancellation) : null));
        return await new ChaosCluster(options, database, tokens, hosts, keys, violations).StartedAsync(async cluster =>
        {
            foreach (var host in cluster.Hosts) host.Process.Start();
            await cluster.WaitUntilReadyAsync(cancellation);
        });

        ChaosHost Create(HostKind kind, string name, bool cohosted, HostClock? clock)
        {
            var network = database.CreateNetwork();
            var settings = ServiceSettings.ForCluster(kind, name, database.ConnectionStringThrough(network), Secret, tokens, cohosted)
                .With("Wingman:NoShow:GracePeriod", GracePeriod.ToString("c"))
                // By default only sessions that were scheduled for a later time than the sweeper's first round end as a no-show.
                .With("Wingman:NoShow:Since", DateTimeOffset.UnixEpoch.ToString("O")) with
            { Variables = clock?.Variables ?? new Dictionary<string, string?>(), LogFile = logs is null ? null : Path.Combine(logs, $"{name}.log") };
            settings = OperatorCalls.At(settings, keys.FullName);
            foreach (var (key, value) in server.HostSettings) settings = settings.With(key, value);
            return new ChaosHost(new ServiceProcess(settings), network, clock, isSilo: kind == HostKind.Silo || cohosted, isEntry: kind == HostKind.Api);
        }
    }

    /// <summary>Waits until every host says that it is ready.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellation) =>
        Task.WhenAll(Hosts.Select(host => host.Process.WaitUntilReadyAsync(LongestStart, cancellation)));

    /// <summary>Records something that must never happen.</summary>
    public void Report(Violation violation) => _violations.Add(violation);

    /// <summary>Starts hosts again that ended by themselves, until cancelled. Without a fault that explains it, that is a violation.</summary>
    public async Task SuperviseAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (var host in Hosts.Where(static host => !host.IsHeld && !host.Process.IsRunning))
            {
                if (!host.MayEnd)
                    _violations.Add(new Violation("I6", $"{host} ended by itself with exit code {host.Process.ExitCode}; its log ends with\n{host.Process.Log}"));
                host.Process.Start();
            }

            await Task.Delay(SupervisorPause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hosts.Select(static host => host.DisposeAsync().AsTask()));
        await Database.DisposeAsync();
        Tokens.Dispose();
        _keys.Delete(recursive: true);
    }

    private sealed class EarlierClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
    }
}
