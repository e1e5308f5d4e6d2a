using Wingman.Schedules.Exploring;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Schedules.Scenarios;

/// <summary>
/// The queue alone, small enough to run all its schedules: two writers of one row, a lane that answers the requests that it
/// takes, and a stop.
/// </summary>
internal sealed class QueueScenario(Explorer explorer) : IScenario
{
    private static readonly StorageMetrics Metrics = new(new Meters());

    private readonly BatchQueue<RowWriteRequest, RowVersion> _queue = new("writes", new() { QueueLimit = 2 }, Metrics);
    private readonly List<RowWriteRequest> _accepted = [];

    public string Unanswered => $" Unanswered writes: {string.Join(", ", _accepted.Where(static request => !request.Task.IsCompleted).Select(static request => request.Ticket))}.";

    public async Task PlayAsync()
    {
        var lane = explorer.RunAsync(ServeAsync);
        var writers = Task.WhenAll(explorer.RunAsync(() => WriteAsync(1)), explorer.RunAsync(() => WriteAsync(2)));
        await explorer.RunAsync(() =>
        {
            _queue.Close();
            return Task.CompletedTask;
        });
        await lane;
        await writers;
    }

    public void Check()
    {
        if (_accepted.Exists(static request => !request.Task.IsCompletedSuccessfully)) explorer.Violate(Unanswered);
    }

    private async Task ServeAsync()
    {
        List<RowWriteRequest> batch = [], held = [];
        while (await _queue.TakeAsync(0, batch, held))
        {
            if (batch.Count > 1) explorer.Violate("A batch has the row twice.");
            foreach (var request in batch) request.TrySetResult(default);
        }
    }

    private async Task WriteAsync(long ticket)
    {
        var request = new RowWriteRequest(ticket, Guid.Empty, default, 0, TimeSpan.FromSeconds(1));
        try
        {
            var answer = _queue.EnqueueAsync(request);
            _accepted.Add(request);
            await answer;
        }
        catch (StorageException exception) when (exception.Failure == StorageFailure.Unavailable)
        {
            // The queue was closed first.
        }
    }
}
