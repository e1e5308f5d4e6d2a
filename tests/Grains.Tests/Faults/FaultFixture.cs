using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A cluster on the product's own tables. A plan decides where its grains fail or where another program writes.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    internal FaultPlan Plan { get; } = new();

    internal WingmanCluster Cluster { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Cluster = await WingmanCluster.StartAsync(
        await TestDatabase.CreateProductsAsync(),
        new()
        {
            Services = services => services.AddFaults(Plan),
            Settings = { [$"{ReputationOptions.Section}:{nameof(ReputationOptions.AnnounceDelay)}"] = "00:00:00.05" },
        });

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Cluster.Database.DisposeAsync();
    }
}

/// <summary>The tests that share the cluster.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "faults";
}
