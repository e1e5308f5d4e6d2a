using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>A host with its own network to Postgres.</summary>
internal sealed class ChaosHost(ServiceProcess process, HostNetwork network, HostClock? clock, bool isSilo, bool isEntry) : IAsyncDisposable
{
    public ServiceProcess Process => process;

    public HostNetwork Network => network;

    /// <summary>Its wall clock, where it can be set.</summary>
    public HostClock? Clock => clock;

    /// <summary>Whether the host runs grains.</summary>
    public bool IsSilo => isSilo;

    /// <summary>Whether clients call here.</summary>
    public bool IsEntry => isEntry;

    /// <summary>A fault controls the host at the moment: it may be down or frozen.</summary>
    public bool IsHeld { get; set; }

    /// <summary>A fault gives the host a reason to end itself. The cluster then starts it again, as a supervisor would.</summary>
    public bool MayEnd { get; set; }

    /// <summary>The name that it has as a silo in the database's log, the same after each start.</summary>
    public string NameInLog => $"{Environment.MachineName}:{process.Settings.Ports.Silo}";

    public override string ToString() => process.Name;

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await network.DisposeAsync();
        clock?.Dispose();
    }
}
