using System.Net;
using Wingman.Chaos.Cluster;
using Wingman.Testing;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Faults;

/// <summary>kill -9 of one host, which is started again seconds later on the same addresses.</summary>
internal sealed class KillHost(string name, Func<ChaosHost, bool> victims) : Fault
{
    public override string Name => name;

    public override TimeSpan Grace => Takeover;

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts.Where(victims), random);
        record.Target = host.ToString();
        host.IsHeld = true;
        await host.Process.KillAsync();
        await LastAsync(random, 0.5, 4, cancellation);
        // What follows is recovery, the restart included.
        record.Heal();
        await RestartAsync(cluster, host, record, cancellation);
    }
}

/// <summary>kill -9 of every host at once: no host is left that could take over.</summary>
internal sealed class KillAll : Fault
{
    public override string Name => "kill-all";

    /// <summary>Counted from when all hosts are ready again.</summary>
    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        foreach (var host in cluster.Hosts)
        {
            host.IsHeld = true;
            host.Process.Send(Signal.Kill);
        }

        foreach (var host in cluster.Hosts) await host.Process.WaitForExitAsync();
        await LastAsync(random, 0, 1, cancellation);
        await Task.WhenAll(cluster.Hosts.Select(host => RestartAsync(cluster, host, record, cancellation)));
        record.Heal();
    }
}

/// <summary>
/// SIGSTOP of a silo until the others have declared it dead, then SIGCONT: it continues and still assumes that it owns its
/// grains. When it reads that it was declared dead, it ends itself, as Orleans prescribes. Recovery counts from its successor's start.
/// </summary>
internal sealed class SuspendSilo : Fault
{
    /// <summary>Much more than the 8 s of docs/decisions/0004-membership.md, since the load has the same cores.</summary>
    private static readonly TimeSpan LongestDetection = TimeSpan.FromSeconds(20);

    /// <summary>How long a silo that was declared dead may go on; before it ends, its process logs the stack of the call that ended it.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public override string Name => Kind;

    public override TimeSpan Grace => Takeover;

    public static string Kind => "suspend-silo";

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts.Where(static host => host.IsSilo), random);
        record.Target = host.ToString();
        host.MayEnd = true;
        var lives = host.Process.Lives;
        host.Process.Send(Signal.Suspend);
        try
        {
            if (await IsDeclaredDeadAsync(cluster, host, cancellation))
            {
                await LastAsync(random, 0, 3, cancellation);
                host.Process.Send(Signal.Resume);
                await SuccessorStartsAsync(cluster, host, lives, cancellation);
            }
        }
        finally
        {
            host.Process.Send(Signal.Resume);
            record.Heal();
        }

        // What follows is recovery, the successor's start included.
        await Eventually.BecomesAsync(
            $"{host} is ready again",
            checking => host.Process.HealthAsync("ready", checking),
            static status => status == HttpStatusCode.OK,
            cluster.LongestStart,
            cancellation);
        if (host.Process.Lives > lives) record.RestartTook = RunClock.Between(record.HealedAt, RunClock.Now);
        host.MayEnd = false;
    }

    private static async Task<bool> IsDeclaredDeadAsync(ChaosCluster cluster, ChaosHost host, CancellationToken cancellation)
    {
        var begun = RunClock.Now;
        var longest = LongestDetection + cluster.Options.Patience;
        while (!await cluster.Database.IsDeclaredDeadAsync(host.Process.Settings.Ports.Silo, cancellation))
        {
            if (RunClock.Between(begun, RunClock.Now) > longest)
            {
                cluster.Report(new Violation("I6", $"{host} was suspended, and after {longest.TotalSeconds} s the others had not declared it dead"));
                return false;
            }

            await Task.Delay(Pause, cancellation);
        }

        return true;
    }

    // It reads that it was declared dead, and ends itself; the supervisor then starts its successor.
    private static async Task SuccessorStartsAsync(ChaosCluster cluster, ChaosHost host, int lives, CancellationToken cancellation)
    {
        var resumedAt = RunClock.Now;
        var longest = LongestLife + cluster.Options.Patience;
        while (host.Process.Lives == lives)
        {
            if (RunClock.Between(resumedAt, RunClock.Now) > longest)
            {
                cluster.Report(new Violation("I6", $"{host} had been declared dead, and {longest.TotalSeconds} s after it ran again it had not ended itself"));
                return;
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}

/// <summary>A new version is rolled out: each host is asked to stop, and started again, one after the other.</summary>
internal sealed class RollingRestart : Fault
{
    /// <summary>The exit code of a host that was killed, also by itself because its stop took too long; a signal n counts as 128 + n.</summary>
    private const int Killed = 137;

    /// <summary>From the line that a host logs before it kills itself.</summary>
    private const string StoppedTooSlowly = "has not stopped within";

    public override string Name => "rolling-restart";

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        foreach (var host in cluster.Hosts)
        {
            host.IsHeld = true;
            record.Target = host.ToString();
            var exitCode = await host.Process.StopAsync(TimeSpan.FromSeconds(60) + cluster.Options.Patience);
            if (!IsGoodEnd(exitCode, host.Process.Log, cluster.Options.JudgesSpeed))
                cluster.Report(new Violation("I6", $"{host} was asked to stop and ended with exit code {exitCode}; its log ends with\n{host.Process.Log}"));
            await RestartAsync(cluster, host, record, cancellation);
        }

        record.Heal();
    }

    /// <summary>
    /// Whether a host that was asked to stop has ended as it should. In a run that does not judge speed it may also have killed itself because its
    /// stop took too long. Its log must say so, since a process that the kernel kills, for lack of memory, has the same exit code.
    /// </summary>
    public static bool IsGoodEnd(int exitCode, string log, bool judgesSpeed) =>
        exitCode == 0 || (!judgesSpeed && exitCode == Killed && log.Contains(StoppedTooSlowly, StringComparison.Ordinal));
}
