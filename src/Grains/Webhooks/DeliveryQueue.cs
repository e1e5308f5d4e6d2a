namespace Wingman.Webhooks;

/// <summary>An event on its way to a receiver.</summary>
/// <param name="message">What is sent.</param>
internal sealed class Delivery(WebhookMessage message)
{
    /// <summary>What is sent. Replaced when its line is read again; the position, the type and the key stay the same.</summary>
    public WebhookMessage Message { get; set; } = message;

    /// <summary>When its line was read: a timestamp of the clock.</summary>
    public long ReadAt { get; set; }

    public bool IsInFlight { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? FirstFailedAt { get; set; }

    public DateTimeOffset? NextAt { get; set; }

    public string? LastFailure { get; set; }

    /// <summary>Whether its attempts were set back once already, since the receiver itself had failed and not this event.</summary>
    public bool IsSetBack { get; set; }

    /// <summary>Makes a delivery, with what is known of it from before.</summary>
    public static Delivery Of(WebhookMessage message, long readAt, WaitingDelivery? before) => new(message)
    {
        ReadAt = readAt,
        Attempts = before?.Attempts ?? 0,
        FirstFailedAt = before?.FirstFailedAt,
        NextAt = before?.NextAt,
        LastFailure = before?.LastFailure,
        IsSetBack = before?.IsSetBack ?? false,
    };

    /// <summary>As it is stored.</summary>
    public WaitingDelivery ToWaiting() => new()
    {
        Era = Message.Position.Era,
        Tx = Message.Position.Tx,
        Id = Message.Position.Id,
        Attempts = Attempts,
        FirstFailedAt = FirstFailedAt,
        NextAt = NextAt,
        LastFailure = LastFailure,
        IsSetBack = IsSetBack,
    };
}

/// <summary>
/// Decides what is sent to one receiver next. Events of one key go in order, one at a time: an event that fails delays the
/// later events of its key and no others. When events of several keys fail and none is accepted, the receiver itself is considered to fail: then a single
/// event is tried after each pause. It gets the time and random numbers from its caller.
/// </summary>
/// <param name="options">The bounds.</param>
internal sealed class DeliveryQueue(WebhookOptions options)
{
    /// <summary>How many keys must fail in a row before the receiver itself is considered to fail.</summary>
    public const int OutageAt = 5;

    /// <summary>The longest pause between two attempts while the receiver fails: also how late its recovery is noticed.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly List<Delivery> _deliveries = [];
    private readonly HashSet<Guid> _failedKeys = [];
    private int _inFlight;
    private int _outageFailures;
    private DateTimeOffset? _pausedUntil;
    private DateTimeOffset? _lastAcceptedAt;

    /// <summary>All events that are neither accepted nor dead letters, in the order of the log.</summary>
    public IReadOnlyList<Delivery> Deliveries => _deliveries;

    /// <summary>Since when attempts fail and none is accepted.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Whether the receiver itself fails, rather than single events.</summary>
    public bool IsOutage => _failedKeys.Count >= OutageAt;

    /// <summary>Adds an event where it belongs in the order. One that is there already stays as it is.</summary>
    public void Add(Delivery delivery)
    {
        var index = _deliveries.Count;
        while (index > 0 && _deliveries[index - 1].Message.Position > delivery.Message.Position) index--;
        if (index > 0 && _deliveries[index - 1].Message.Position == delivery.Message.Position) return;
        _deliveries.Insert(index, delivery);
    }

    /// <summary>Takes what is to be sent now. For each, the result of its attempt must be given, or it must be released.</summary>
    /// <param name="now">The present.</param>
    public IReadOnlyList<Delivery> Take(DateTimeOffset now)
    {
        if (_pausedUntil > now) return [];

        var room = (IsOutage ? 1 : options.Parallelism) - _inFlight;
        if (room <= 0) return [];

        // Only the first event of each key may be sent, even if it has to wait. None is sent while another event of the key is in flight: a
        // replayed event may have been put in front of that one. Events with the fewest attempts go first: several events that are refused every time look
        // like an outage, and must not delay another event that would be accepted.
        HashSet<Guid> seen = [.. _deliveries.Where(static delivery => delivery.IsInFlight).Select(static delivery => delivery.Message.Key)];
        Delivery[] taken =
        [
            .. _deliveries
                .Where(delivery => seen.Add(delivery.Message.Key) && !(delivery.NextAt > now))
                .OrderBy(static delivery => delivery.Attempts)
                .Take(room),
        ];
        foreach (var delivery in taken) delivery.IsInFlight = true;
        _inFlight += taken.Length;
        return taken;
    }

    /// <summary>Puts back what was taken and not tried.</summary>
    public void Release(Delivery delivery)
    {
        delivery.IsInFlight = false;
        _inFlight--;
    }

    /// <summary>The receiver has accepted it.</summary>
    public void Accept(Delivery delivery, DateTimeOffset now)
    {
        Remove(delivery);
        FailingSince = null;
        _lastAcceptedAt = now;
        _pausedUntil = null;
        _outageFailures = 0;
        if (IsOutage)
        {
            // The receiver had failed, not these events: all are due at once. An event's attempts are set back to zero, but only by the first such
            // outage. After a later one, the event has at least its last attempt left. Several events that are refused every time look like an
            // outage too, which ends whenever another event is accepted: set back each time, they would never become dead letters.
            foreach (var other in _deliveries.Where(static other => other is { IsInFlight: false, Attempts: > 0 }))
            {
                other.NextAt = null;
                if (other.IsSetBack)
                {
                    other.Attempts = Math.Min(other.Attempts, options.MaxAttempts - 1);
                    continue;
                }

                other.FirstFailedAt = null;
                other.Attempts = 0;
                other.IsSetBack = true;
            }
        }

        _failedKeys.Clear();
    }

    /// <summary>The receiver has not accepted it.</summary>
    /// <param name="delivery">What was tried.</param>
    /// <param name="answer">Its result.</param>
    /// <param name="now">The present.</param>
    /// <param name="chance">0 to 1.</param>
    /// <returns>
    /// Whether it is a dead letter now, which the caller must store: it was tried often or long enough while the receiver accepted
    /// others. Until then it stays in flight and keeps its place, so that nothing of its key overtakes it.
    /// </returns>
    public bool Fail(Delivery delivery, WebhookAnswer answer, DateTimeOffset now, double chance)
    {
        delivery.Attempts++;
        delivery.FirstFailedAt ??= now;
        delivery.LastFailure = answer.Failure;
        FailingSince ??= now;
        _failedKeys.Add(delivery.Message.Key);
        if (IsOutage) Pause(RetryDelay.Of(++_outageFailures, options.FirstRetry, Shorter(options.LongestRetry, LongestPause), null, chance));
        if (answer.IsOverloaded) Pause(RetryDelay.Of(1, options.FirstRetry, options.LongestRetry, answer.RetryAfter, chance));

        var isUsedUp = delivery.Attempts >= options.MaxAttempts || now - delivery.FirstFailedAt >= options.CutOffAfter;
        if (isUsedUp && _lastAcceptedAt > delivery.FirstFailedAt) return true;

        delivery.NextAt = now + RetryDelay.Of(delivery.Attempts, options.FirstRetry, options.LongestRetry, answer.RetryAfter, chance);
        Release(delivery);
        return false;

        void Pause(TimeSpan delay)
        {
            if (!(_pausedUntil > now + delay)) _pausedUntil = now + delay;
        }
    }

    /// <summary>Removes an event that is not sent any more: it was stored as a dead letter, or its line of the log is gone.</summary>
    public void Drop(Delivery delivery)
    {
        Remove(delivery);
        // If the receiver failed with this event only, it does not count as failing any more. Otherwise it would be cut off if no event came
        // for a while.
        if (!_deliveries.Exists(static other => other.Attempts > 0)) FailingSince = null;
    }

    /// <summary>An attempt that could not be made, or whose result could not be recorded, is retried soon.</summary>
    /// <param name="delivery">What was to be tried.</param>
    /// <param name="now">The present.</param>
    /// <param name="isForAll">Whether nothing else is to be tried until then either.</param>
    public void Postpone(Delivery delivery, DateTimeOffset now, bool isForAll = false)
    {
        delivery.NextAt = now + options.FirstRetry;
        if (isForAll && !(_pausedUntil > delivery.NextAt)) _pausedUntil = delivery.NextAt;
        Release(delivery);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Remove(Delivery delivery)
    {
        _deliveries.Remove(delivery);
        Release(delivery);
    }
}
