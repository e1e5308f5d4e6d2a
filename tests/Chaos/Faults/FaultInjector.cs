using Wingman.Chaos.Cluster;

namespace Wingman.Chaos.Faults;

/// <summary>
/// Causes one fault after the other, in an order that the seed decides and in which every kind comes once before any comes
/// again. The next one begins when its time has come and the last one is repaired.
/// </summary>
internal sealed class FaultInjector(ChaosCluster cluster, IReadOnlyList<Fault> kinds, FaultLog log, int seed, TimeSpan every, Action<string> say)
{
    private readonly Random _random = new(seed);
    private readonly Queue<Fault> _bag = [];

    /// <summary>Runs until the time has passed or the number of faults is reached. A fault that is under way then is still repaired.</summary>
    public async Task RunAsync(TimeSpan duration, int? atMost, CancellationToken cancellation)
    {
        var endAt = RunClock.After(duration);
        // First a time without faults, in which the normal rate is measured.
        var nextAt = RunClock.After(every / 3);
        for (var done = 0; nextAt < endAt && done != atMost; done++)
        {
            var wait = RunClock.Between(RunClock.Now, nextAt);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
            nextAt = RunClock.After(every);
            await InjectAsync(Next(), cancellation);
            nextAt = Math.Max(nextAt, RunClock.After(every / 4));
        }
    }

    private async Task InjectAsync(Fault fault, CancellationToken cancellation)
    {
        var record = log.Begin(fault.Name, fault.Grace);
        say($"fault {record} begins");
        await fault.RunAsync(cluster, record, _random, cancellation);
        var restart = record.RestartTook is { } took ? $", restarted in {took.TotalSeconds:0.0} s" : "";
        say($"fault {record} healed after {RunClock.Between(record.StartedAt, record.HealedAt).TotalSeconds:0.0} s{restart}");
    }

    private Fault Next()
    {
        if (_bag.Count == 0)
        {
            var order = kinds.ToArray();
            _random.Shuffle(order);
            foreach (var fault in order) _bag.Enqueue(fault);
        }

        return _bag.Dequeue();
    }
}
