using Npgsql;

namespace Wingman.Silo.Hosting;

/// <summary>
/// The pools of connections, one per purpose, so that work of one kind never waits for a connection behind another: a burst of
/// background work must not make other silos declare this one dead. Requests are served by the lanes, which have connections of
/// their own.
/// </summary>
internal sealed class DatabaseConnections(DatabaseAddress address) : IAsyncDisposable
{
    /// <summary>How many connections membership and health may have.</summary>
    public const int Reserved = ClusterSize + HealthSize;

    private const int ClusterSize = 3;
    private const int HealthSize = 1;

    /// <summary>For the cluster's membership.</summary>
    public NpgsqlDataSource Cluster { get; } = address.CreateDataSource(ClusterSize);

    /// <summary>For health checks.</summary>
    public NpgsqlDataSource Health { get; } = address.CreateDataSource(HealthSize);

    /// <summary>For reminders, the sweeper and the states of Orleans' stock storage.</summary>
    public NpgsqlDataSource Background { get; } = address.CreateDataSource(address.BackgroundSize);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Health.DisposeAsync();
        await Background.DisposeAsync();
    }
}
