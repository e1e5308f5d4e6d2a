using System.Diagnostics.Metrics;

namespace Wingman.Silo.Storage;

/// <summary>What operators see of the storage.</summary>
internal static class StorageMetrics
{
    public static readonly Histogram<int> WriteBatchSize = WingmanMeter.Instance.CreateHistogram<int>(
        "wingman.storage.write_batch_size", "{row}", "Rows written in one commit.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    public static readonly Histogram<int> ReadBatchSize = WingmanMeter.Instance.CreateHistogram<int>(
        "wingman.storage.read_batch_size", "{row}", "Requests answered by one read.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    public static readonly Histogram<double> CommitTime = WingmanMeter.Instance.CreateHistogram<double>(
        "wingman.storage.commit_time", "s", "Time of one commit, from sending to the answer.",
        advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] });

    public static readonly Counter<long> Conflicts = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.conflicts", "{row}", "Writes whose row had changed since it was read.");

    public static readonly Counter<long> Failures = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.failures", "{request}", "Writes and reads that failed.");

    public static readonly Counter<long> Retries = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.retries", "{batch}", "Batches retried after a failed attempt.");

    public static readonly Counter<long> Refused = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.refused", "{request}", "Writes and reads refused because the queue was full.");

    public static readonly Counter<long> Locked = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.locked", "{row}", "Writes that waited aside because another transaction had locked their row.");

    private static readonly List<Func<int>> Queues = [];

    private static readonly ObservableGauge<int> Waiting = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.storage.waiting",
        () =>
        {
            lock (Queues) return Queues.Sum(count => count());
        },
        "{request}",
        "Writes and reads that wait for a lane.");

    /// <summary>Adds a queue to the gauge for as long as the returned handle is not disposed.</summary>
    public static IDisposable Observe(Func<int> count)
    {
        lock (Queues) Queues.Add(count);
        return new Observation(count);
    }

    private sealed class Observation(Func<int> count) : IDisposable
    {
        public void Dispose()
        {
            lock (Queues) Queues.Remove(count);
        }
    }
}
