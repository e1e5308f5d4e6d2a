using Wingman.Chaos.Cluster;
using Wingman.Testing;

namespace Wingman.Chaos.Faults;

/// <summary>
/// Postgres ends without a warning, in the way of the run's server: its processes are killed, its machine's power is cut, or
/// the machine is lost for good. It recovers from its log, or the standby takes over.
/// </summary>
internal sealed class CrashPostgres(string name, TimeSpan grace) : Fault
{
    public override string Name => name;

    public override TimeSpan Grace => grace;

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var startedAt = 0L;
        await cluster.Database.Server.CrashAsync(TimeSpan.FromSeconds(random.NextDouble() * 3), () => startedAt = RunClock.Now, Served, cancellation);

        void Served()
        {
            record.RestartTook = RunClock.Between(startedAt, RunClock.Now);
            record.Heal();
        }
    }
}

/// <summary>An administrator ends single connections, some of them in the middle of a statement, several times.</summary>
internal sealed class TerminateBackends : Fault
{
    public override string Name => "terminate-backends";

    public override TimeSpan Grace => TimeSpan.FromSeconds(2);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var ended = 0;
        for (var round = random.Next(2, 6); round > 0; round--)
        {
            ended += await cluster.Database.TerminateBackendsAsync(random.Next(1, 6), cancellation);
            await LastAsync(random, 0.05, 0.5, cancellation);
        }

        record.Target = $"({ended})";
        record.Heal();
    }
}

/// <summary>
/// Between one host and Postgres nothing arrives in one direction or both. What was sent meanwhile arrives after the cut has ended.
/// </summary>
internal sealed class CutNetwork(string name, CutDirection direction) : Fault
{
    public override string Name => name;

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts.Where(static host => host.IsSilo), random);
        record.Target = host.ToString();
        host.Network.Cut(direction);
        try
        {
            await LastAsync(random, 2, 7, cancellation);
        }
        finally
        {
            host.Network.Heal();
            record.Heal();
        }
    }
}

/// <summary>Commits whose replies never arrive: the connection breaks after the commit and before the reply.</summary>
internal sealed class LoseCommitReplies : Fault
{
    public override string Name => "lose-commit-replies";

    public override TimeSpan Grace => TimeSpan.FromSeconds(2);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts.Where(static host => host.IsSilo), random);
        var lostBefore = host.Network.RepliesLost;
        for (var round = random.Next(2, 6); round > 0; round--)
        {
            host.Network.LoseNextReplies(random.Next(1, 4));
            await LastAsync(random, 0.1, 0.6, cancellation);
        }

        host.Network.LoseNextReplies(0);
        record.Target = $"{host} ({host.Network.RepliesLost - lostBefore})";
        record.Heal();
    }
}
