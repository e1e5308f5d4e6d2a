using Microsoft.Extensions.Logging;
using Wingman.Events;

namespace Wingman.Webhooks;

/// <summary>
/// Sends the events of a queue that are due, in parallel to the rounds of the grain that it belongs to. All of it runs on the
/// grain's scheduler, so only one turn runs at a time.
/// </summary>
/// <param name="receiver">The receiver.</param>
/// <param name="queue">What is to be sent.</param>
/// <param name="readAgainAfter">How long after it was read an event may be sent for the first time without being read again.</param>
/// <param name="log">The lines that events come from.</param>
/// <param name="sender">Sends.</param>
/// <param name="table">Describes sessions, and keeps dead letters.</param>
/// <param name="metrics">Counts.</param>
/// <param name="clock">The clock.</param>
/// <param name="onAttemptEnded">Called after each attempt.</param>
/// <param name="logger">The log.</param>
internal sealed partial class WebhookDispatcher(
    WebhookReceiverOptions receiver,
    DeliveryQueue queue,
    TimeSpan readAgainAfter,
    ILogReader log,
    IWebhookSender sender,
    IWebhookTable table,
    WebhookMetrics metrics,
    TimeProvider clock,
    Action onAttemptEnded,
    ILogger logger) : IAsyncDisposable
{
    /// <summary>How long the end of cancelled attempts is waited for. They should end at once; this is only a bound.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _attempts = [];

    /// <summary>What is to be sent.</summary>
    public DeliveryQueue Queue => queue;

    /// <summary>Whether the result of an attempt was recorded since this was last set to false.</summary>
    public bool IsDirty { get; set; }

    /// <summary>What was wrong with the last attempt that failed.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Whether the receiver has said that it no longer exists (410).</summary>
    public bool IsGone { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    /// <summary>Begins what is due. Does not wait for it.</summary>
    public void SendDue()
    {
        if (IsStopped) return;

        foreach (var delivery in queue.Take(clock.GetUtcNow())) _ = TrackAsync(AttemptAsync(delivery));
    }

    /// <summary>Ends all attempts. Nothing is sent and no result is recorded after it.</summary>
    /// <exception cref="TimeoutException">An attempt does not end.</exception>
    public async ValueTask DisposeAsync()
    {
        if (IsStopped) return;

        await _stop.CancelAsync();
        await Task.WhenAll(_attempts).WaitAsync(StopTime);
        _stop.Dispose();
    }

    private async Task TrackAsync(Task attempt)
    {
        _attempts.Add(attempt);
        await attempt;
        _attempts.Remove(attempt);
    }

    private async Task AttemptAsync(Delivery delivery)
    {
        var cancellation = _stop.Token;
        try
        {
            if (await RefreshAsync(delivery, cancellation))
            {
                var answer = await sender.SendAsync(receiver, delivery.Message, cancellation);
                await RecordResultAsync(delivery, answer, clock.GetUtcNow());
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            queue.Release(delivery);
            return;
        }
        catch (Exception exception)
        {
            // Not caused by the receiver: a defect, or a line that could not be read again, or a dead letter that could not be stored. Without
            // the database, attempts on the other events would fail in the same way.
            LogNotMade(exception, receiver.Name, delivery.Message.Id);
            queue.Postpone(delivery, clock.GetUtcNow(), exception is StorageException);
        }

        if (!cancellation.IsCancellationRequested) onAttemptEnded();
    }

    // An event that has waited is sent as its line is now: since it was read, a user may have been erased from it.
    private async Task<bool> RefreshAsync(Delivery delivery, CancellationToken cancellation)
    {
        var now = clock.GetTimestamp();
        if (delivery.Attempts == 0 && clock.GetElapsedTime(delivery.ReadAt, now) <= readAgainAfter) return true;

        // A query is not cancelled. What it finds is not used any more then.
        if (await ReadAgainAsync(delivery.Message).WaitAsync(cancellation) is not { } message)
        {
            queue.Drop(delivery);
            IsDirty = true;
            LogDropped(receiver.Name, delivery.Message.Id);
            return false;
        }

        delivery.Message = message;
        delivery.ReadAt = now;
        return true;
    }

    // The session's row too: it leads to its users. Null if the line is gone or another one has taken its position after a failover.
    private async Task<WebhookMessage?> ReadAgainAsync(WebhookMessage message)
    {
        if (await log.FindAsync([message.Position]) is not [var line] || WebhookTypes.Of(line) != message.Type) return null;

        var facts = line.Session is { } session ? (await table.DescribeAsync([session])).GetValueOrDefault(session) : null;
        var again = WebhookMessage.Of(line, message.Type, facts);
        return again.Key == message.Key ? again : null;
    }

    private async Task RecordResultAsync(Delivery delivery, WebhookAnswer answer, DateTimeOffset now)
    {
        IsDirty = true;
        if (answer.Failure is not { } failure)
        {
            queue.Accept(delivery, now);
            metrics.Accepted(receiver.Name, delivery.Message.Type);
            return;
        }

        LastFailure = failure;
        IsGone |= answer.IsGone;
        metrics.Failed(receiver.Name);
        LogNotAccepted(receiver.Name, delivery.Message.Id, delivery.Attempts + 1, failure);
        if (!queue.Fail(delivery, answer, now, Random.Shared.NextDouble())) return;

        await table.StoreDeadLetterAsync(receiver.Name, delivery);
        queue.Drop(delivery);
        metrics.Dead(receiver.Name);
        LogDead(receiver.Name, delivery.Message.Id, delivery.Attempts, failure);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An attempt to deliver {Event} to webhook receiver {Receiver} could not be made, or its result could not be recorded; it is made again")]
    private partial void LogNotMade(Exception exception, string receiver, string @event);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Event} is not sent to webhook receiver {Receiver} any more: it is no longer in the log, or the user whom it is about was erased")]
    private partial void LogDropped(string receiver, string @event);

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook receiver {Receiver} has not accepted {Event} at attempt {Attempt}: {Failure}")]
    private partial void LogNotAccepted(string receiver, string @event, int attempt, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Event} is a dead letter of webhook receiver {Receiver} after {Attempts} attempts; last: {Failure}")]
    private partial void LogDead(string receiver, string @event, int attempts, string failure);
}
