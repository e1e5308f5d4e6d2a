using Wingman.Grains.Tests.Cluster;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Faults;

/// <summary>A cluster whose grains meet failures where a plan says so.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    internal FaultPlan Plan { get; } = new();

    internal WingmanCluster Cluster { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Cluster = await WingmanCluster.StartAsync(
        await TestPostgres.CreateDatabaseAsync(), new() { Services = services => services.AddFaults(Plan) });

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

/// <summary>The tests that share the cluster.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's own word for it.
public sealed class FaultCollection : ICollectionFixture<FaultFixture>
#pragma warning restore CA1711
{
    /// <summary>The collection's name.</summary>
    public const string Name = "faults";
}
