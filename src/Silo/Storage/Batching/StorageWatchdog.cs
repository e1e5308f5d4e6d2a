namespace Wingman.Silo.Storage.Batching;

/// <summary>What the watchdog monitors.</summary>
internal interface IMonitored
{
    /// <summary>Ends the requests whose time is up, also while their lane waits for the database.</summary>
    void FailOverdue();

    /// <summary>For how long the slowest lane has been working on its present batch.</summary>
    TimeSpan LongestBatchDuration { get; }
}

/// <summary>
/// Enforces the deadlines of requests: a lane checks them only between two attempts, and one attempt can last longer than the
/// time that is left, above all when the network loses all packets.
/// </summary>
/// <remarks>
/// It also keeps the process responsive in such a case. The driver ends a statement that takes too long by asking the server, on
/// a new connection, to cancel it, and blocks a thread of the pool until the server has answered or the time to connect is
/// up. No setting switches that off. A pool that begins with a thread per processor has then no thread left for anything else in
/// the process, and adds only two a second. So while statements take unusually long, the pool may grow at once.
/// </remarks>
internal sealed class StorageWatchdog : IAsyncDisposable
{
    /// <summary>By how much a request may outlast its deadline.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than a statement takes under load, and shorter than it may take.</summary>
    private static readonly TimeSpan Suspicious = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<IMonitored> _monitored;
    private readonly ThreadReserve _threads;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _running;

    /// <summary>Begins to monitor.</summary>
    /// <param name="monitored">Whose requests.</param>
    /// <param name="connections">How many statements may be given up at the same time.</param>
    public StorageWatchdog(IReadOnlyList<IMonitored> monitored, int connections)
    {
        (_monitored, _threads) = (monitored, new(connections));
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A container that knows an object by several interfaces disposes of it once for each.
        if (_stopped.IsCancellationRequested) return;

        await _stopped.CancelAsync();
        await _running;
        _threads.Return();
        _stopped.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            foreach (var one in _monitored) one.FailOverdue();

            if (_monitored.Any(static one => one.LongestBatchDuration > Suspicious)) _threads.Take();
            else _threads.Return();

            await Task.Delay(Interval, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
