using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;
using Orleans.TestingHost;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting;
using Wingman.Sweeping;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>What a test's cluster has other than the product's defaults.</summary>
internal sealed class WingmanClusterOptions
{
    public short Silos { get; init; } = 2;

    public TestClock Clock { get; init; } = new();

    /// <summary>Configuration keys.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Changes what the product registered.</summary>
    public Action<IServiceCollection> Services { get; init; } = static _ => { };
}

/// <summary>
/// Silos as the product registers them, on a real database, that find each other in memory; and a client that reaches them
/// over serialized messages, as an API host does. The sweeper looks only when told, unless the settings say otherwise.
/// </summary>
internal sealed class WingmanCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private WingmanCluster(InProcessTestCluster cluster, string connectionString, TestClock clock)
    {
        _cluster = cluster;
        Clock = clock;
        Database = NpgsqlDataSource.Create(connectionString);
        Product = new(Database, clock);
    }

    public TestClock Clock { get; }

    /// <summary>The database, for a look past the grains.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>The rest of the product, which shares the database.</summary>
    public ProductTables Product { get; }

    public static async Task<WingmanCluster> StartAsync(string connectionString, WingmanClusterOptions? options = null)
    {
        options ??= new();
        var builder = new InProcessTestClusterBuilder(options.Silos);
        // The service is what states are stored under: every cluster on one database shares it, as restarted hosts do.
        builder.Options.ServiceId = "wingman";
        builder.Options.ClusterId = $"tests-{Guid.NewGuid():N}";
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Configuration.AddInMemoryCollection(
            [
                new($"ConnectionStrings:{DatabaseHosting.ConnectionName}", connectionString),
                new($"{NoShowOptions.Section}:{nameof(NoShowOptions.Interval)}", "01:00:00"),
            ]);
            host.Configuration.AddInMemoryCollection(options.Settings);
            // With a connection string there is nothing to wait for.
            host.AddWingmanDatabaseAsync().GetAwaiter().GetResult();
            host.AddWingmanGrains();
            host.Services.AddSingleton<TimeProvider>(options.Clock);
            options.Services(host.Services);
        });

        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster, connectionString, options.Clock);
    }

    public ISessionGrain Session(SessionId id) => _cluster.Client.GetSession(id);

    public IMatchGrain Match(MatchId id) => _cluster.Client.GetMatch(id);

    public IUserReputationGrain Reputation(UserId id) => _cluster.Client.GetReputation(id);

    public ISweeperGrain Sweeper(Guid? key = null) => _cluster.Client.GetGrain<ISweeperGrain>(key ?? SweeperKey.Value);

    /// <summary>Ends a grain's activation, if it has one; the next call starts another, which knows only what is stored.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public bool IsActive(IAddressable grain) => _cluster.TryGetGrainContext(grain.GetGrainId(), out _);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await Database.DisposeAsync();
    }
}
