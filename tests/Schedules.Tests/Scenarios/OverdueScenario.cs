using Wingman.Schedules.Exploring;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Schedules.Scenarios;

/// <summary>
/// The queue when the time of its first request is up and that of the second is not, small enough to run all its schedules: the
/// watchdog, a lane that takes one request at a time, and perhaps a writer that fills the queue.
/// </summary>
internal sealed class OverdueScenario(Explorer explorer, bool isFilled) : IScenario
{
    private const int QueueLimit = 2;

    private static readonly StorageMetrics Metrics = new(new Meters());
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly BatchQueue<RowWriteRequest, RowVersion> _queue = new("writes", new() { QueueLimit = QueueLimit, MaxBatch = 1 }, Metrics);
    private readonly List<RowWriteRequest> _accepted = [];

    public string Unanswered => $" Unanswered writes: {string.Join(", ", _accepted.Where(static request => !request.Task.IsCompleted).Select(static request => request.Ticket))}.";

    public async Task PlayAsync()
    {
        Enqueue(ticket: 1, TimeSpan.Zero);
        Enqueue(ticket: 2, TimeSpan.FromMinutes(1));
        await explorer.DelayAsync(Moment);

        var lane = explorer.RunAsync(ServeAsync);
        var writer = isFilled ? explorer.RunAsync(FillAsync) : Task.CompletedTask;
        await explorer.RunAsync(() =>
        {
            _queue.FailOverdue();
            return Task.CompletedTask;
        });
        await writer;
        _queue.Close();
        await lane;
    }

    public void Check()
    {
        if (_accepted.Exists(static request => !request.Task.IsCompleted)) explorer.Violate("A write that was accepted was forgotten.");
        // Where the queue was filled meanwhile, there may be no room any more for the second one.
        if (!isFilled && !_accepted[1].Task.IsCompletedSuccessfully) explorer.Violate("A write whose time was not up was not served.");
    }

    private async Task ServeAsync()
    {
        List<RowWriteRequest> batch = [], held = [];
        while (await _queue.TakeAsync(0, batch, held))
        {
            // While a lane waits for the database, the watchdog goes on.
            await explorer.DelayAsync(Moment);
            foreach (var request in batch) request.TrySetResult(default);
        }
    }

    private Task FillAsync()
    {
        try
        {
            for (var ticket = 3; ticket < 3 + QueueLimit; ticket++) Enqueue(ticket, TimeSpan.FromMinutes(1));
        }
        catch (StorageException exception) when (exception.Failure == StorageFailure.Overloaded)
        {
            // The queue is full, as it is meant to be.
        }

        return Task.CompletedTask;
    }

    private void Enqueue(long ticket, TimeSpan timeout)
    {
        var request = new RowWriteRequest(ticket, new Guid((int)ticket, 0, 0, new byte[8]), default, 0, timeout);
        _ = _queue.EnqueueAsync(request);
        _accepted.Add(request);
    }
}
