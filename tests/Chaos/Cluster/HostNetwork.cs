using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>The network between a host and each address at which Postgres may be. All connections break together, as on one cable.</summary>
internal sealed class HostNetwork(IReadOnlyList<FaultProxy> proxies) : IAsyncDisposable
{
    /// <summary>Where the host finds Postgres.</summary>
    public IEnumerable<string> Addresses => proxies.Select(static proxy => proxy.Address.ToString());

    /// <inheritdoc cref="FaultProxy.RepliesLost"/>
    public int RepliesLost => proxies.Sum(static proxy => proxy.RepliesLost);

    /// <inheritdoc cref="FaultProxy.Cut"/>
    public void Cut(CutDirection direction)
    {
        foreach (var proxy in proxies) proxy.Cut(direction);
    }

    /// <inheritdoc cref="FaultProxy.Heal"/>
    public void Heal()
    {
        foreach (var proxy in proxies) proxy.Heal();
    }

    /// <inheritdoc cref="FaultProxy.LoseNextReplies"/>
    public void LoseNextReplies(int count)
    {
        foreach (var proxy in proxies) proxy.LoseNextReplies(count);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies) await proxy.DisposeAsync();
    }
}
