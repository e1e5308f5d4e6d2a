using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting;
using Wingman.Sweeping;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>How a test's cluster differs from the defaults.</summary>
internal sealed class WingmanClusterOptions
{
    public short Silos { get; init; } = 2;

    public TestClock Clock { get; init; } = new();

    /// <summary>Configuration keys.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Changes what is registered.</summary>
    public Action<IServiceCollection> Services { get; init; } = static _ => { };
}

/// <summary>
/// Silos as production registers them, on a real database, that find each other in memory; and a client that reaches them
/// over serialized messages, as an API host does. The sweeper runs only when a test calls it, unless the settings say otherwise.
/// </summary>
internal sealed class WingmanCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private WingmanCluster(InProcessTestCluster cluster, TestDatabase database, TestClock clock)
    {
        _cluster = cluster;
        Database = database;
        Clock = clock;
        Tables = new(database.OtherWriter, clock, database.IsProducts);
    }

    public TestClock Clock { get; }

    /// <summary>The database, which tests read without the grains.</summary>
    public TestDatabase Database { get; }

    /// <summary>The other readers and writers of the same tables.</summary>
    public Tables Tables { get; }

    public static async Task<WingmanCluster> StartAsync(TestDatabase database, WingmanClusterOptions? options = null)
    {
        options ??= new();
        var builder = new InProcessTestClusterBuilder(options.Silos);
        // States are stored under the service's id: every cluster on one database has the same id, as restarted hosts do.
        builder.Options.ServiceId = "wingman";
        builder.Options.ClusterId = $"tests-{Guid.NewGuid():N}";
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Configuration.AddInMemoryCollection(
            [
                new($"ConnectionStrings:{DatabaseHosting.ConnectionName}", database.ConnectionString),
                new($"{NoShowOptions.Section}:{nameof(NoShowOptions.Interval)}", "01:00:00"),
                // Tests move the clock of the silos, not the database's.
                new($"{NoShowOptions.Section}:{nameof(NoShowOptions.AskDatabaseClock)}", "false"),
            ]);
            host.Configuration.AddInMemoryCollection(options.Settings);
            // With a connection string this does not wait.
            host.AddWingmanDatabaseAsync().GetAwaiter().GetResult();
            host.AddWingmanGrains();
            host.Services.AddSingleton<TimeProvider>(options.Clock);
            options.Services(host.Services);
        });

        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster, database, options.Clock);
    }

    /// <summary>The cluster's grains, as an API host reaches them.</summary>
    public IGrainFactory Grains => _cluster.Client;

    public ISessionGrain Session(SessionId id) => _cluster.Client.GetSession(id);

    public ISessionGrain Session(Meeting meeting) => Session(meeting.Session);

    public ILiveSessionGrain Live(Meeting meeting) => _cluster.Client.GetLiveSession(meeting.Session);

    /// <summary>The reference by which grains call an observer of the test. The test must keep the observer alive; the cluster does not.</summary>
    public ISessionObserver ReferenceTo(ISessionObserver observer) => _cluster.Client.CreateObjectReference<ISessionObserver>(observer);

    public IMatchGrain Match(MatchId id) => _cluster.Client.GetMatch(id);

    public IUserReputationGrain Reputation(UserId id) => _cluster.Client.GetReputation(id);

    public ISweeperGrain Sweeper(Guid? key = null) => _cluster.Client.GetGrain<ISweeperGrain>(key ?? SweeperKey.Value);

    public IWebhookReceiverGrain Webhooks(string receiver) => _cluster.Client.GetGrain<IWebhookReceiverGrain>(receiver);

    /// <summary>Ends a grain's activation, if it has one; the next call starts another, which knows only what is stored.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public bool IsActive(IAddressable grain) => _cluster.TryGetGrainContext(grain.GetGrainId(), out _);

    /// <summary>The number of activations of our grains in all silos.</summary>
    public async Task<int> CountActivationsAsync()
    {
        var statistics = await _cluster.Client.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return statistics.Where(static of => of.GrainType.Contains("Wingman", StringComparison.Ordinal)).Sum(static of => of.ActivationCount);
    }

    /// <summary>A user's reputation, as it is answered.</summary>
    public async Task<(long Completed, long NoShows)> CountsAsync(UserId user)
    {
        var reputation = await Reputation(user).GetAsync();
        return (reputation.CompletedSessions, reputation.NoShows);
    }

    /// <summary>Both reputations of a meeting, after the cached counts have expired.</summary>
    public async Task<(long, long, long, long)> LaterCountsAsync(Meeting meeting)
    {
        Clock.Advance(new ReputationOptions().MaxAge);
        var (first, second) = (await CountsAsync(meeting.User1), await CountsAsync(meeting.User2));
        return (first.Completed, first.NoShows, second.Completed, second.NoShows);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
