using Wingman.Chaos.Cluster;

namespace Wingman.Chaos.Faults;

/// <summary>
/// Another session locks some of the rows that are in use, as a long transaction of the product would. Requests that need them
/// wait or are refused; other requests must not be affected.
/// </summary>
internal sealed class LockRows : Fault
{
    public override string Name => "lock-rows";

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        await using var locked = await cluster.Database.LockYoungSessionsAsync(random.Next(4, 13), cancellation);
        record.Target = $"({locked.Rows})";
        await Task.Delay(TimeSpan.FromSeconds(10), cancellation);
        await locked.ReleaseAsync();
        record.Heal();
    }
}

/// <summary>A migration locks the table of sessions exclusively.</summary>
internal sealed class LockTable : Fault
{
    public override string Name => "lock-table";

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        await using var locked = await cluster.Database.LockSessionsTableAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        await locked.ReleaseAsync();
        record.Heal();
    }
}
