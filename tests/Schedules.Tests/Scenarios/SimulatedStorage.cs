using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Schedules.Database;
using Wingman.Schedules.Exploring;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Clock = Wingman.Silo.ScheduleClock;
using DataSource = Wingman.Silo.NpgsqlDataSource;

namespace Wingman.Schedules.Scenarios;

/// <summary>The storage's queues, lanes, connections and watchdog, as a silo puts them together, on a fake server.</summary>
internal sealed class SimulatedStorage : IAsyncDisposable
{
    // Shared by all schedules, because instruments exist until the process ends.
    private static readonly StorageMetrics Metrics = new(new Meters());

    private readonly Setup _setup;
    private readonly StorageWatchdog _watchdog;

    public SimulatedStorage(Explorer explorer, Setup setup)
    {
        _setup = setup;
        Ledger = new(explorer);
        Server = new(explorer, new(explorer, setup.Faults, setup.FaultBudget), Ledger);
        Rows = [.. Enumerable.Range(1, setup.Rows).Select(static number => new Guid(number, 0, 0, new byte[8]))];
        foreach (var row in Rows) Server.Rows[row] = new(1, 0);

        var options = new StorageOptions
        {
            Lanes = setup.Lanes,
            ReadLanes = 1,
            NextLaneAt = setup.NextLaneAt,
            MaxBatch = setup.MaxBatch,
            QueueLimit = setup.QueueLimit,
            Deadline = setup.Deadline,
        };
        var source = new DataSource(Server);
        var (era, contention) = (new DatabaseEra(), new LockContention());
        var reachability = new Reachability(options.Deadline, new Clock());
        Writes = new("writes", setup.Lanes, options, Metrics, reachability, (number, queue) => new WriteLane<RowWriteRequest>(
            number, queue, new(source, era, reachability, options), new RowWrite($"lane {number}", false), new RowWrite($"lane {number}", true), contention, NullLogger.Instance));
        Reads = new("reads", 1, options, Metrics, reachability, (number, queue) => new ReadLane<RowReadRequest, RowRead?>(
            number, queue, new(source, era, reachability, options), new RowReading(), NullLogger.Instance));
        _watchdog = new([Writes, Reads], setup.Lanes + 1);
    }

    public Ledger Ledger { get; }

    public FakeServer Server { get; }

    public IReadOnlyList<Guid> Rows { get; }

    public BatchedLanes<RowWriteRequest, RowVersion> Writes { get; }

    public BatchedLanes<RowReadRequest, RowRead?> Reads { get; }

    public Task<RowVersion> WriteAsync(Guid row, RowVersion expected, long value) => Ledger.WriteAsync(Writes, row, expected, value, _setup.Deadline);

    public Task<RowRead?> ReadAsync(Guid row) => Ledger.ReadAsync(Reads, row, _setup.Deadline);

    /// <summary>Stops as a silo does.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Writes.DisposeAsync().AsTask(), Reads.DisposeAsync().AsTask());
        await _watchdog.DisposeAsync();
    }
}

/// <summary>Meters without a host.</summary>
internal sealed class Meters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
