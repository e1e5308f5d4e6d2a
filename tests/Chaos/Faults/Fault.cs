using Wingman.Chaos.Cluster;
using Wingman.Testing;

namespace Wingman.Chaos.Faults;

/// <summary>A kind of fault. <see cref="RunAsync"/> causes it, and repairs it before it returns.</summary>
internal abstract class Fault
{
    /// <summary>The time within which a silo's death is detected and its grains run on other silos.</summary>
    protected static readonly TimeSpan Takeover = TimeSpan.FromSeconds(10);

    /// <summary>The name on the command line and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>How long after its end the service may still show its effects.</summary>
    public abstract TimeSpan Grace { get; }

    /// <summary>Causes the fault and repairs it.</summary>
    public abstract Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation);

    protected static ChaosHost Choose(IEnumerable<ChaosHost> hosts, Random random)
    {
        var all = hosts.ToList();
        return all[random.Next(all.Count)];
    }

    protected static Task LastAsync(Random random, double least, double most, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))), cancellation);

    /// <summary>Starts a host that was ended, and notes how long it took.</summary>
    protected static async Task RestartAsync(ChaosCluster cluster, ChaosHost host, FaultRecord record, CancellationToken cancellation)
    {
        var from = RunClock.Now;
        host.Process.Start();
        host.IsHeld = false;
        await host.Process.WaitUntilReadyAsync(cluster.LongestStart, cancellation);
        var took = RunClock.Between(from, RunClock.Now);
        record.RestartTook = record.RestartTook is { } longest && longest > took ? longest : took;
    }
}

/// <summary>The faults of a run.</summary>
internal static class FaultKinds
{
    /// <summary>The faults that were asked for.</summary>
    /// <exception cref="FormatException">One has a name that is not known; the message has those that are.</exception>
    public static IReadOnlyList<Fault> For(ChaosOptions options) => options.Server switch
    {
        ServerKind.Machine => [new CrashPostgres("power-cut", TimeSpan.FromSeconds(10))],
        ServerKind.Replicated => [new CrashPostgres("failover", TimeSpan.FromSeconds(10))],
        _ => Chosen(options.Topology, options.Only),
    };

    private static IReadOnlyList<Fault> Chosen(Topology topology, IReadOnlyList<string> only)
    {
        Fault[] kills = topology == Topology.Cohosted
            ? [new KillHost("kill-host", static host => host.IsSilo)]
            : [new KillHost("kill-silo", static host => host.IsSilo), new KillHost("kill-api", static host => host.IsEntry)];
        Fault[] all =
        [
            .. kills,
            new KillAll(),
            new SuspendSilo(),
            new CrashPostgres("crash-postgres", TimeSpan.FromSeconds(5)),
            new TerminateBackends(),
            new CutNetwork("cut-both-ways", CutDirection.Both),
            new CutNetwork("cut-to-postgres", CutDirection.ToServer),
            new CutNetwork("cut-from-postgres", CutDirection.ToClient),
            new LoseCommitReplies(),
            new LockRows(),
            new LockTable(),
            new RollingRestart(),
            new FillDisk(),
            new JumpClock(),
        ];
        var unknown = only.Except(all.Select(static fault => fault.Name)).ToList();
        return unknown.Count > 0
            ? throw new FormatException($"no such fault: {string.Join(", ", unknown)}; there are {string.Join(", ", all.Select(static fault => fault.Name))}")
            : [.. all.Where(fault => only.Count == 0 || only.Contains(fault.Name))];
    }

    /// <summary>Those of the kinds that are not possible on this machine, each with the reason.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ImpossibleAsync(IReadOnlyList<Fault> kinds, CancellationToken cancellation)
    {
        Dictionary<string, string> impossible = [];
        if (kinds.Any(static kind => kind is FillDisk) && await SmallDisk.WhyNotAsync(cancellation) is { } noDisk)
            impossible[FillDisk.Kind] = noDisk;
        if (kinds.Any(static kind => kind is JumpClock) && HostClock.WhyNot is { } noClock) impossible[JumpClock.Kind] = noClock;
        return impossible;
    }
}
