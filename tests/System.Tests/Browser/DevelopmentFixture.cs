using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Browser;

/// <summary>A cluster in Development, which has the page of two phones.</summary>
public abstract class DevelopmentFixture : IAsyncLifetime
{
    internal TestCluster Cluster { get; private set; } = null!;

    /// <summary>The address of the host with the page.</summary>
    public Uri Address => Cluster.Process("api").Address;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Chromium.Program is null) return;

        Cluster = await TestCluster.CreateAsync();
        AddHosts();
        await Cluster.StartAllAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Cluster is not null) await Cluster.DisposeAsync();
    }

    /// <summary>How the page names a silo.</summary>
    internal static string NameOf(ServiceProcess silo) => $"{silo.Settings.Address}:{silo.Settings.Ports.Silo}";

    /// <summary>Adds the hosts; the one with the page is called <c>api</c>.</summary>
    protected abstract void AddHosts();

    protected void Add(HostKind kind, string name, bool cohosted) => Cluster.Add(
        ServiceSettings.ForCluster(kind, name, Cluster.ConnectionString, TestCluster.Secret, Cluster.Tokens, cohosted) with { Environment = "Development" });
}

/// <summary>One process.</summary>
public sealed class OneProcessFixture : DevelopmentFixture
{
    protected override void AddHosts() => Add(HostKind.Api, "api", cohosted: true);
}

/// <summary>A silo, and an API host that is a silo too.</summary>
public sealed class TwoProcessesFixture : DevelopmentFixture
{
    /// <summary>The silo alone.</summary>
    public ServiceProcess Silo => Cluster.Process("silo");

    protected override void AddHosts()
    {
        Add(HostKind.Api, "api", cohosted: true);
        Add(HostKind.Silo, "silo", cohosted: false);
    }
}

/// <summary>Two silos, and an API host that is their client.</summary>
public sealed class SplitFixture : DevelopmentFixture
{
    /// <summary>The silos.</summary>
    public IReadOnlyList<ServiceProcess> Silos => [Cluster.Process("silo-1"), Cluster.Process("silo-2")];

    protected override void AddHosts()
    {
        Add(HostKind.Silo, "silo-1", cohosted: false);
        Add(HostKind.Silo, "silo-2", cohosted: false);
        Add(HostKind.Api, "api", cohosted: false);
    }
}
