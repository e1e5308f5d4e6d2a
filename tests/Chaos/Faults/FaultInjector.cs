using Wingman.Chaos.Cluster;

namespace Wingman.Chaos.Faults;

/// <summary>
/// Does one fault after the other, in an order that the seed decides and in which every kind comes once before any comes
/// again. The next begins when its time has come and the harm of the last is undone.
/// </summary>
internal sealed class FaultInjector(ChaosCluster cluster, IReadOnlyList<Fault> kinds, FaultLog log, int seed, TimeSpan every, Action<string> say)
{
    private readonly Random _random = new(seed);
    private readonly Queue<Fault> _bag = [];

    /// <summary>Runs until the time is up, or so many faults are done; a fault under way then is still undone.</summary>
    public async Task RunAsync(TimeSpan duration, int? atMost, CancellationToken cancellation)
    {
        var endAt = RunClock.After(duration);
        // A quiet moment first, so that the rate without faults is seen.
        var nextAt = RunClock.After(every / 3);
        for (var done = 0; nextAt < endAt && done != atMost; done++)
        {
            var wait = RunClock.Between(RunClock.Now, nextAt);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellation);
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
            foreach (var fault in order)
                _bag.Enqueue(fault);
        }

        return _bag.Dequeue();
    }
}
