namespace Wingman.Grains.Tests.Cluster;

/// <summary>One cluster with the default settings, for the tests that leave nothing behind but their own sessions.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    internal WingmanCluster Cluster { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Cluster = await WingmanCluster.StartAsync(await TestDatabase.CreateFreshAsync());

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Cluster.Database.DisposeAsync();
    }
}

/// <summary>The tests that share the cluster.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "cluster";
}
