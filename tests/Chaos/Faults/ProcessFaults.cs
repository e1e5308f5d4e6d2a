using System.Net;
using Wingman.Chaos.Cluster;
using Wingman.Testing;

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
        await RestartAsync(host, record, cancellation);
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
        await Task.WhenAll(cluster.Hosts.Select(host => RestartAsync(host, record, cancellation)));
        record.Heal();
    }
}

/// <summary>
/// SIGSTOP of a silo until the others have declared it dead, then SIGCONT: it continues and still assumes that it owns its
/// grains. When it reads that it was declared dead, it ends itself, as Orleans prescribes.
/// </summary>
internal sealed class SuspendSilo : Fault
{
    /// <summary>Much more than the 8 s of docs/decisions/0004-membership.md, since the load has the same cores.</summary>
    private static readonly TimeSpan LongestDetection = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public override string Name => "suspend-silo";

    public override TimeSpan Grace => Takeover;

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts.Where(static host => host.IsSilo), random);
        record.Target = host.ToString();
        host.MayEnd = true;
        var lives = host.Process.Lives;
        host.Process.Send(Signal.Suspend);
        try
        {
            await WaitUntilDeclaredDeadAsync(cluster, host, cancellation);
            await LastAsync(random, 0, 3, cancellation);
        }
        finally
        {
            host.Process.Send(Signal.Resume);
            record.Heal();
        }

        // It may take a moment to read that it was declared dead; the supervisor starts it again.
        var resumedAt = RunClock.Now;
        await Eventually.BecomesAsync(
            $"{host} is ready again",
            checking => host.Process.HealthAsync("ready", checking),
            status => status == HttpStatusCode.OK && (host.Process.Lives > lives || RunClock.Between(resumedAt, RunClock.Now) > Takeover),
            TimeSpan.FromSeconds(90),
            cancellation);
        host.MayEnd = false;
    }

    private static async Task WaitUntilDeclaredDeadAsync(ChaosCluster cluster, ChaosHost host, CancellationToken cancellation)
    {
        var begun = RunClock.Now;
        while (!await cluster.Database.IsDeclaredDeadAsync(host.Process.Settings.Ports.Silo, cancellation))
        {
            if (RunClock.Between(begun, RunClock.Now) > LongestDetection)
            {
                cluster.Report(new Violation("I6", $"{host} was suspended, and after {LongestDetection.TotalSeconds} s the others had not declared it dead"));
                return;
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}

/// <summary>A new version is rolled out: each host is asked to stop, and started again, one after the other.</summary>
internal sealed class RollingRestart : Fault
{
    public override string Name => "rolling-restart";

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        foreach (var host in cluster.Hosts)
        {
            host.IsHeld = true;
            record.Target = host.ToString();
            var exitCode = await host.Process.StopAsync(TimeSpan.FromSeconds(60));
            if (exitCode != 0)
                cluster.Report(new Violation("I6", $"{host} was asked to stop and ended with exit code {exitCode}; its log ends with\n{host.Process.Log}"));
            await RestartAsync(host, record, cancellation);
        }

        record.Heal();
    }
}
