using Wingman.SystemTests.Browser;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Operators;

/// <summary>
/// Both topologies in one cluster, outside Development, with one operator: an API host that is a silo too, an API host that is a
/// client, and a silo alone.
/// </summary>
public sealed class OperatedFixture : IAsyncLifetime
{
    /// <summary>The operator.</summary>
    public const string Operator = "alice";

    // Hashed by ./wingman operator, and used in these tests only.
    public const string Secret = "wm_operator_UislGlJiajrChJD18959F0kW4zPtR9iy";
    public const string Hash = "AQAAAAIAAYagAAAAEN/vGrF8mneyBjRVY7sxd94C7K/mByIlIn6d9EUEZCH1F3VI0hGVHEA59G+uLViT1w==";

    /// <summary>The host whose requests have traces.</summary>
    public const string Tracing = "cohosted";

    private readonly string _folder = Directory.CreateTempSubdirectory("wingman-operators-").FullName;
    private readonly Dictionary<string, OperatorClient> _clients = [];

    internal TestCluster Cluster { get; private set; } = null!;

    /// <summary>The names of the hosts.</summary>
    public static TheoryData<string> Hosts => [.. HostNames];

    /// <summary>The names of the hosts, one by one.</summary>
    public static IReadOnlyList<string> HostNames { get; } = ["cohosted", "api", "silo"];

    /// <summary>The names of the hosts that have users.</summary>
    public static TheoryData<string> PublicHosts => ["cohosted", "api"];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Cluster = await TestCluster.CreateAsync();
        Add(HostKind.Api, "cohosted", cohosted: true);
        Add(HostKind.Api, "api", cohosted: false);
        Add(HostKind.Silo, "silo", cohosted: false);
        await Cluster.StartAllAsync();
    }

    /// <summary>A host by its name.</summary>
    internal ServiceProcess Host(string name) => Cluster.Process(name);

    /// <summary>What monitoring fetches from a host.</summary>
    internal async Task<string> ScrapeAsync(string name)
    {
        using var monitoring = Stranger(name);
        return (await monitoring.FetchAsync("/metrics")).Body;
    }

    /// <summary>What a host has written so far.</summary>
    internal string LogOf(string name)
    {
        using var file = new FileStream(Path.Combine(_folder, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>A client that has not signed in, at a host's operators' port.</summary>
    internal OperatorClient Stranger(string name) => new(Host(name).Operations);

    /// <summary>The operator at a host, signed in: once per host, since attempts are limited.</summary>
    internal async Task<OperatorClient> SignedInAsync(string name)
    {
        if (_clients.TryGetValue(name, out var known)) return known;

        var client = Stranger(name);
        var answer = await client.SignInAsync(Operator, Secret);
        Assert.True(answer.Status == 303, answer.ToString());
        return _clients[name] = client;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var client in _clients.Values) client.Dispose();
        await Cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(HostKind kind, string name, bool cohosted) => Cluster.Add(
        (ServiceSettings.ForCluster(kind, name, Cluster.ConnectionString, TestCluster.Secret, Cluster.Tokens, cohosted) with { LogFile = Path.Combine(_folder, name) })
            .With($"Wingman:Operators:{Operator}", Hash)
            .With("Wingman:Operations:KeyDirectory", Path.Combine(_folder, "keys"))
            .With("Wingman:Operations:DashboardInterval", "00:00:01")
            .With("Logging:LogLevel:Wingman", "Debug")
            // One host makes traces. Nothing listens at this address.
            .With("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", name == Tracing ? "http://127.0.0.1:1" : null));
}

/// <summary>Tests of one operated cluster share it, and run alone, as all do that start processes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OperatedCollection : ICollectionFixture<OperatedFixture>, ICollectionFixture<BrowserFixture>
{
    public const string Name = "an operated cluster";
}
