using Wingman.Chaos.Cluster;

namespace Wingman.Chaos.Faults;

/// <summary>The disk of Postgres is full, for its rows and its log alike, until space is freed.</summary>
internal sealed class FillDisk : Fault
{
    public override string Name => Kind;

    public override TimeSpan Grace => TimeSpan.FromSeconds(5);

    public static string Kind => "disk-full";

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var server = (EmbeddedServer)cluster.Database.Server;
        var disk = server.Disk ?? throw new InvalidOperationException("Postgres has no disk of its own.");
        await disk.FillAsync(cancellation);
        try
        {
            await LastAsync(random, 4, 8, cancellation);
        }
        finally
        {
            await disk.FreeAsync();
        }

        // A server that cannot write its log ends itself, and its service manager starts it again.
        var freedAt = RunClock.Now;
        await server.RecoverAsync(cluster.Options.Patience, cancellation);
        record.RestartTook = RunClock.Between(freedAt, RunClock.Now);
        record.Heal();
    }
}

/// <summary>
/// The wall clock of one host is set forward or back, by minutes or by more than a day, and later corrected. Its monotonic
/// clock is not affected.
/// </summary>
internal sealed class JumpClock : Fault
{
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromMinutes(-90), TimeSpan.FromSeconds(-45), TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(90), TimeSpan.FromHours(30)];

    public override string Name => Kind;

    public override TimeSpan Grace => TimeSpan.FromSeconds(2);

    public static string Kind => "clock-jump";

    public override async Task RunAsync(ChaosCluster cluster, FaultRecord record, Random random, CancellationToken cancellation)
    {
        var host = Choose(cluster.Hosts, random);
        var clock = host.Clock ?? throw new InvalidOperationException($"{host} has no clock of its own.");
        var jump = Jumps[random.Next(Jumps.Length)];
        record.Target = $"{host} by {jump:c}";
        record.ClockJump = jump;
        clock.Set(jump);
        try
        {
            await LastAsync(random, 4, 8, cancellation);
        }
        finally
        {
            clock.Set(TimeSpan.Zero);
            record.Heal();
        }
    }
}
