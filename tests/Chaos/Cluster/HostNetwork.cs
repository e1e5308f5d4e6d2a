using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>The network between a host and each address at which Postgres may be. All connections break together, as on one cable.</summary>
internal sealed class HostNetwork(IReadOnlyList<FaultProxy> ways) : IAsyncDisposable
{
    /// <summary>Where the host finds Postgres.</summary>
    public IEnumerable<string> Addresses => ways.Select(static way => way.Address.ToString());

    /// <inheritdoc cref="FaultProxy.RepliesLost"/>
    public int RepliesLost => ways.Sum(static way => way.RepliesLost);

    /// <inheritdoc cref="FaultProxy.Cut"/>
    public void Cut(CutDirection direction)
    {
        foreach (var way in ways)
            way.Cut(direction);
    }

    /// <inheritdoc cref="FaultProxy.Heal"/>
    public void Heal()
    {
        foreach (var way in ways)
            way.Heal();
    }

    /// <inheritdoc cref="FaultProxy.LoseNextReplies"/>
    public void LoseNextReplies(int count)
    {
        foreach (var way in ways)
            way.LoseNextReplies(count);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var way in ways)
            await way.DisposeAsync();
    }
}
