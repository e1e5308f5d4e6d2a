using Wingman.Testing;

namespace Wingman.SystemTests.Logs;

/// <summary>A host for each format of the log, and a silo alone, whose operators' endpoints are set up without the API's.</summary>
public sealed class LoggedFixture : IAsyncLifetime
{
    private const string Readable = "readable";
    private const string Json = "JSON";
    private const string ReadableSilo = "readable, of a silo";

    private readonly Dictionary<string, LoggedHost> _hosts = [];

    /// <summary>The hosts with the API, by their formats.</summary>
    public static IReadOnlyList<string> Apis { get; } = [Readable, Json];

    /// <summary>All hosts.</summary>
    public static IReadOnlyList<string> All { get; } = [Readable, Json, ReadableSilo];

    /// <summary>Each case on each host.</summary>
    public static TheoryData<string, string> Each(IEnumerable<string> hosts, IEnumerable<string> cases)
    {
        TheoryData<string, string> each = [];
        foreach (var (host, one) in hosts.SelectMany(_ => cases, static (host, one) => (host, one))) each.Add(host, one);
        return each;
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _hosts[Readable] = await LoggedHost.StartAsync(HostKind.Api, "Development");
        _hosts[Json] = await LoggedHost.StartAsync(HostKind.Api, "Production");
        _hosts[ReadableSilo] = await LoggedHost.StartAsync(HostKind.Silo, "Development");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var host in _hosts.Values) await host.DisposeAsync();
    }

    internal LoggedHost Of(string host) => _hosts[host];
}

/// <summary>Tests of the logged hosts share them, and run alone, as all do that start processes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoggedCollection : ICollectionFixture<LoggedFixture>
{
    public const string Name = "logged hosts";
}
