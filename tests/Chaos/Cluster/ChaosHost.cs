using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>A host with its own network to Postgres.</summary>
internal sealed class ChaosHost(ServiceProcess process, HostNetwork network, HostClock? clock, bool isSilo, bool isEntry) : IAsyncDisposable
{
    public ServiceProcess Process => process;

    public HostNetwork Network => network;

    /// <summary>Its wall clock, where it can be set.</summary>
    public HostClock? Clock => clock;

    /// <summary>Whether grains live here.</summary>
    public bool IsSilo => isSilo;

    /// <summary>Whether clients call here.</summary>
    public bool IsEntry => isEntry;

    /// <summary>A fault has it in its hands: it may be down or frozen.</summary>
    public bool IsHeld { get; set; }

    /// <summary>A fault was enough reason for it to end itself; a supervisor would start it again, and so does the cluster.</summary>
    public bool MayEnd { get; set; }

    public override string ToString() => process.Name;

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await network.DisposeAsync();
        clock?.Dispose();
    }
}
