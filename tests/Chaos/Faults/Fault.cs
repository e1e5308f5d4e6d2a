using Wingman.Chaos.Cluster;
using Wingman.Testing;

namespace Wingman.Chaos.Faults;

/// <summary>A kind of harm: done by <see cref="RunAsync"/>, which undoes it before it returns.</summary>
internal abstract class Fault
{
    /// <summary>The time in which a silo's death is noticed and its grains live elsewhere.</summary>
    protected static readonly TimeSpan Takeover = TimeSpan.FromSeconds(10);

    /// <summary>The name on the command line and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>How long after its end the service may still show its effects.</summary>
    public abstract TimeSpan Grace { get; }

    /// <summary>Does the harm and undoes it.</summary>
    public abstract Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation);

    protected static ChaosHost Choose(IEnumerable<ChaosHost> hosts, Random random)
    {
        var all = hosts.ToList();
        return all[random.Next(all.Count)];
    }

    protected static Task LastAsync(Random random, double least, double most, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))), cancellation);

    /// <summary>Starts a host that was ended, and notes how long it took.</summary>
    protected static async Task RestartAsync(ChaosHost host, FaultRecord record, CancellationToken cancellation)
    {
        var from = RunClock.Now;
        host.Process.Start();
        host.IsHeld = false;
        await host.Process.WaitUntilReadyAsync(TimeSpan.FromSeconds(90), cancellation);
        var took = RunClock.Between(from, RunClock.Now);
        record.RestartTook = record.RestartTook is { } longest && longest > took ? longest : took;
    }
}

/// <summary>The faults of a topology.</summary>
internal static class FaultKinds
{
    public static IReadOnlyList<Fault> For(Topology topology, IReadOnlyList<string> only)
    {
        Fault[] kills = topology == Topology.Cohosted
            ? [new KillHost("kill-host", static host => host.IsSilo)]
            : [new KillHost("kill-silo", static host => host.IsSilo), new KillHost("kill-api", static host => host.IsEntry)];
        Fault[] all =
        [
            .. kills,
            new KillAll(),
            new SuspendSilo(),
            new CrashPostgres(),
            new TerminateBackends(),
            new CutNetwork("cut-both-ways", CutDirection.Both),
            new CutNetwork("cut-to-postgres", CutDirection.ToServer),
            new CutNetwork("cut-from-postgres", CutDirection.ToClient),
            new LoseCommitReplies(),
            new LockRows(),
            new LockTable(),
            new RollingRestart(),
        ];
        var unknown = only.Except(all.Select(static fault => fault.Name)).ToList();
        return unknown.Count > 0
            ? throw new FormatException($"no such fault: {string.Join(", ", unknown)}; there are {string.Join(", ", all.Select(static fault => fault.Name))}")
            : [.. all.Where(fault => only.Count == 0 || only.Contains(fault.Name))];
    }
}
