using System.Diagnostics.Metrics;

namespace Wingman.Silo.Storage;

/// <summary>What operators see of the storage.</summary>
internal sealed class StorageMetrics
{
    private static readonly KeyValuePair<string, object?> Read = new("operation", "read");
    private static readonly KeyValuePair<string, object?> Write = new("operation", "write");

    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _queueWait;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _locked;
    private readonly List<(KeyValuePair<string, object?> Queue, Func<int> Count)> _queues = [];

    /// <summary>Creates the instruments.</summary>
    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateWingman();
        _batchSize = meter.CreateHistogram<int>(
            "wingman.storage.batch.size", "{request}", "Requests that one statement served, by operation.",
            advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });
        _queueWait = meter.CreateHistogram<double>(
            "wingman.storage.queue.wait", "s", "For each batch: the longest time that one of its requests had waited for a lane, by operation.",
            advice: new() { HistogramBucketBoundaries = Durations });
        _commitDuration = meter.CreateHistogram<double>(
            "wingman.storage.commit.duration", "s", "Time of one commit, from sending to the answer.",
            advice: new() { HistogramBucketBoundaries = Durations });
        _conflicts = meter.CreateCounter<long>("wingman.storage.conflicts", "{row}", "Writes that were not done because their row has changed since it was read, by cause.");
        _failures = meter.CreateCounter<long>("wingman.storage.failures", "{request}", "Writes and reads that failed, by kind.");
        _retries = meter.CreateCounter<long>("wingman.storage.retries", "{batch}", "Batches retried after a failed attempt, by cause.");
        _refused = meter.CreateCounter<long>("wingman.storage.refused", "{request}", "Writes and reads refused because the queue was full.");
        _locked = meter.CreateCounter<long>("wingman.storage.locked", "{row}", "Writes that waited because another transaction had locked their row.");
        meter.CreateObservableGauge("wingman.storage.queue.length", CountWaiting, "{request}", "Requests that wait for a lane, by queue.");

        _conflicts.ShowZero("cause", Enum.GetValues<ConflictCause>().Select(NameOf));
        _failures.ShowZero("kind", Enum.GetNames<StorageFailure>());
        _retries.ShowZero("cause", Enum.GetNames<Batching.AttemptFailure>());
        _refused.ShowZero();
        _locked.ShowZero();
    }

    // The default boundaries begin at 5 ms, which is longer than most commits.
    private static double[] Durations => [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    /// <summary>A lane has taken a batch.</summary>
    public void BatchTaken(int size, TimeSpan longestWait, bool isWrite)
    {
        var operation = isWrite ? Write : Read;
        _batchSize.Record(size, operation);
        _queueWait.Record(longestWait.TotalSeconds, operation);
    }

    /// <summary>A batch is committed.</summary>
    public void Committed(TimeSpan duration) => _commitDuration.Record(duration.TotalSeconds);

    /// <summary>A row is not what was decided on.</summary>
    public void Conflicted(ConflictCause cause) => _conflicts.Add(1, new KeyValuePair<string, object?>("cause", NameOf(cause)));

    /// <summary>A request failed.</summary>
    public void Failed(StorageFailure kind) => _failures.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    /// <summary>A batch is retried.</summary>
    public void Retried(Batching.AttemptFailure cause) => _retries.Add(1, new KeyValuePair<string, object?>("cause", cause.ToString()));

    /// <summary>A request found the queue full.</summary>
    public void Refused() => _refused.Add(1);

    /// <summary>A write waits outside the lanes because its row is locked.</summary>
    public void Locked() => _locked.Add(1);

    /// <summary>Adds a queue to the gauge for as long as the returned handle is not disposed.</summary>
    public IDisposable Observe(string queue, Func<int> count)
    {
        var entry = (new KeyValuePair<string, object?>("queue", queue), count);
        lock (_queues) _queues.Add(entry);
        return new Observation(() =>
        {
            lock (_queues) _queues.Remove(entry);
        });
    }

    private static string NameOf(ConflictCause cause) => cause switch
    {
        ConflictCause.Changed => "changed",
        ConflictCause.Inserted => "inserted",
        ConflictCause.Failover => "failover",
        _ => "unknown_outcome",
    };

    private List<Measurement<int>> CountWaiting()
    {
        lock (_queues) return [.. _queues.Select(static queue => new Measurement<int>(queue.Count(), queue.Queue))];
    }

    private sealed class Observation(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>Why a row is not what was decided on.</summary>
internal enum ConflictCause
{
    /// <summary>It has another version, or is gone: someone has written or deleted it.</summary>
    Changed,

    /// <summary>It is there already: someone has inserted it.</summary>
    Inserted,

    /// <summary>Its version is from before a failover, and cannot be compared.</summary>
    Failover,

    /// <summary>An attempt broke off, and may have been committed.</summary>
    UnknownOutcome,
}
