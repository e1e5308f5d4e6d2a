using System.Diagnostics.Metrics;

namespace Wingman.Silo.Storage;

/// <summary>What operators see of the storage.</summary>
internal static class StorageMetrics
{
    public static readonly Histogram<int> WriteBatchSize = WingmanMeter.Instance.CreateHistogram<int>(
        "wingman.storage.write_batch_size", "{state}", "States written in one commit.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    public static readonly Histogram<int> ReadBatchSize = WingmanMeter.Instance.CreateHistogram<int>(
        "wingman.storage.read_batch_size", "{state}", "States read in one round trip.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    public static readonly Histogram<double> CommitTime = WingmanMeter.Instance.CreateHistogram<double>(
        "wingman.storage.commit_time", "s", "Time of one commit, from sending to the answer.",
        advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] });

    public static readonly Counter<long> Conflicts = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.conflicts", "{state}", "States that another activation had stored first.");

    public static readonly Counter<long> Failures = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.failures", "{state}", "States that were not written or read within the deadline.");

    public static readonly Counter<long> Retries = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.retries", "{batch}", "Batches sent again after a failed attempt.");

    public static readonly Counter<long> Refused = WingmanMeter.Instance.CreateCounter<long>(
        "wingman.storage.refused", "{state}", "Writes and reads refused because the queue was full.");

    private static readonly List<Func<int>> Queues = [];

    private static readonly ObservableGauge<int> Waiting = WingmanMeter.Instance.CreateObservableGauge(
        "wingman.storage.waiting",
        () =>
        {
            lock (Queues) return Queues.Sum(count => count());
        },
        "{state}",
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
