using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Wingman.Events;
using Wingman.State;

namespace Wingman.Webhooks;

/// <inheritdoc cref="IWebhookReceiverGrain"/>
/// <remarks>
/// A round reads the log, begins what is due and stores how far the receiver has come; the attempts themselves run beside it, so
/// that a slow receiver delays neither the next page nor a call. What is stored is never ahead of what was accepted: after a
/// crash some events are delivered twice, and none is left out.
/// </remarks>
internal sealed partial class WebhookReceiverGrain(
    IGrainContext context,
    [PersistentState(StorageNames.Webhook, StorageNames.Stock)] IPersistentState<WebhookState> stored,
    ILogReader log,
    IWebhookTable table,
    IWebhookSender sender,
    WebhookMetrics metrics,
    TimeProvider clock,
    IOptions<WebhookOptions> options,
    ILogger<WebhookReceiverGrain> logger) : IGrainBase, IWebhookReceiverGrain, IRemindable
{
    private const string ReminderName = "deliver";

    /// <summary>Lines read at a time.</summary>
    private const int PageSize = 200;

    /// <summary>Once so many events wait, no more are read: a bound for memory, and for the state.</summary>
    private const int Window = 500;

    /// <summary>How often the place in the log is reported and the lag measured, unless something makes it urgent.</summary>
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    private readonly Guid _activation = Guid.NewGuid();
    private WebhookDispatcher? _dispatcher;
    private ReceiverGauges? _gauges;
    private Guid? _lastWriter;
    private LogPosition _position;
    private DateTimeOffset? _cutOffAt;
    private string? _cutOffReason;
    private bool _hasMore;
    private bool _isDirty;
    private long? _reportedAt;
    private Task _round = Task.CompletedTask;
    private bool _isStopping;

    public IGrainContext GrainContext { get; } = context;

    private string Name => this.GetPrimaryKeyString();

    private ReceiverGauges Gauges => _gauges ??= new(Name, metrics, clock);

    private WebhookReceiverOptions? Receiver => options.Value.Receivers.FirstOrDefault(receiver => receiver.Name == Name);

    public Task OnActivateAsync(CancellationToken token)
    {
        this.RegisterGrainTimer(
            static (grain, _) => grain.RunAsync(),
            this,
            new GrainTimerCreationOptions(options.Value.Interval, options.Value.Interval) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        _isStopping = true;
        Gauges.Hide();
        try
        {
            await _round;
            if (_dispatcher is null) return;

            await _dispatcher.DisposeAsync();
            await SaveAsync();
        }
        catch (Exception exception)
        {
            // What the receiver has accepted since the state was last stored will be delivered again.
            LogRoundFailed(exception, Name);
        }
    }

    // One minute is the shortest period that reminders allow.
    public Task EnsureRunningAsync() => this.RegisterOrUpdateReminder(ReminderName, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // Another host may still have the receiver in its settings. The reminder is removed once the receiver was cut off because no host has it.
        if (Receiver is not null || (await table.FindRequestsAsync(Name)).CutOffAt is null) return;
        if (await this.GetReminder(ReminderName) is { } reminder) await this.UnregisterReminder(reminder);
    }

    public Task<WebhookStatus?> GetStatusAsync() => Task.FromResult(_dispatcher is { } dispatcher
        ? new WebhookStatus(dispatcher.Queue.Deliveries.Count, dispatcher.Queue.FailingSince, dispatcher.LastFailure, _cutOffAt)
        : null);

    public Task RunAsync() => _isStopping || !_round.IsCompleted ? _round : _round = RunRoundAsync();

    private async Task RunRoundAsync()
    {
        try
        {
            if (Receiver is not { } receiver)
            {
                this.DeactivateOnIdle();
                return;
            }

            _dispatcher ??= await StartAsync(receiver);
            await CarryOutRequestsAsync(receiver, _dispatcher);
            if (_isDirty || _dispatcher.IsDirty) await SaveAsync();
            if (_cutOffAt is null) await ReadAndSendAsync(receiver, _dispatcher);
            if (_reportedAt is not { } at || clock.GetElapsedTime(at) >= ReportEvery) await ReportAsync(_dispatcher);
            Gauges.RoundSucceeded();
        }
        catch (InconsistentStateException)
        {
            // Another activation has taken over. Orleans ends one of the two; until then both start from what is stored.
            LogSuperseded(Name);
            await RestartAsync();
        }
        catch (Exception exception)
        {
            // Events that were read are still delivered; no more are read until the position is stored.
            LogRoundFailed(exception, Name);
            Gauges.RoundFailed();
            if (_dispatcher is { IsStopped: true }) _dispatcher = null;
        }
    }

    private async Task RestartAsync()
    {
        try
        {
            if (_dispatcher is { } dispatcher) await dispatcher.DisposeAsync();
            _dispatcher = null;
        }
        catch (TimeoutException)
        {
            // An attempt does not end in time. This activation ends, and starts no other attempts beside it.
            this.DeactivateOnIdle();
        }
    }

    private async Task<WebhookDispatcher> StartAsync(WebhookReceiverOptions receiver)
    {
        _hasMore = false;
        _reportedAt = null;
        await stored.ReadStateAsync();
        _lastWriter = stored.RecordExists ? stored.State.Writer : null;
        if (!stored.RecordExists)
        {
            // A new receiver gets events from now on. Earlier ones can be delivered with replay.
            _position = await log.FindEndAsync();
            _isDirty = true;
            return CreateDispatcher(receiver, new(options.Value));
        }

        var state = stored.State;
        _position = new(state.Era, state.Tx, state.Id);
        (_cutOffAt, _cutOffReason) = (state.CutOffAt, state.CutOffReason);
        var queue = new DeliveryQueue(options.Value) { FailingSince = state.FailingSince };
        var waiting = state.Waiting.ToDictionary(static delivery => delivery.ToPosition());
        await AddAsync(receiver, queue, await log.FindAsync(waiting.Keys), line => waiting[line.Position]);
        if (queue.Deliveries.Count < waiting.Count) LogLost(Name, waiting.Count - queue.Deliveries.Count);
        // Of the events that the receiver refused, none is left: they are no longer in the log, or not among the events it is configured for.
        if (queue.Deliveries.All(static delivery => delivery.Attempts == 0)) queue.FailingSince = null;
        return CreateDispatcher(receiver, queue);
    }

    private WebhookDispatcher CreateDispatcher(WebhookReceiverOptions receiver, DeliveryQueue queue)
    {
        WebhookDispatcher? dispatcher = null;
        return dispatcher = new(receiver, queue, options.Value.Interval, log, sender, table, metrics, clock, () => OnAttemptEnded(dispatcher!), logger);
    }

    private void OnAttemptEnded(WebhookDispatcher dispatcher)
    {
        if (dispatcher != _dispatcher || _isStopping) return;
        if (dispatcher.IsGone) CutOff("it answered 410: gone");
        if (_cutOffAt is not null) return;

        dispatcher.SendDue();
        if (_hasMore && dispatcher.Queue.Deliveries.Count <= Window / 2) _ = RunAsync();
    }

    private async Task ReadAndSendAsync(WebhookReceiverOptions receiver, WebhookDispatcher dispatcher)
    {
        dispatcher.SendDue();
        do
        {
            if (_isDirty || dispatcher.IsDirty) await SaveAsync();
            if (dispatcher.Queue.Deliveries.Count >= Window) break;

            var page = await log.ReadAsync(_position, PageSize);
            await AddAsync(receiver, dispatcher.Queue, page.Lines, static _ => null);
            if (page.Next.Era != _position.Era && _position.Era != 0) LogNewEra(Name, _position.Era, page.Next.Era);
            _isDirty |= page.Lines.Count > 0;
            _position = page.Next;
            _hasMore = page.HasMore;
            dispatcher.SendDue();
        }
        while (_hasMore);

        // After a long stop of the service the failing began long ago, so the receiver is cut off only when an attempt has failed since the start.
        if (dispatcher.LastFailure is not null && clock.GetUtcNow() - dispatcher.Queue.FailingSince >= options.Value.CutOffAfter)
            CutOff($"it has accepted nothing for {options.Value.CutOffAfter}, last: {dispatcher.LastFailure}");
    }

    private async Task AddAsync(WebhookReceiverOptions receiver, DeliveryQueue queue, IReadOnlyList<LogLine> lines, Func<LogLine, WaitingDelivery?> before)
    {
        var readAt = clock.GetTimestamp();
        List<(LogLine Line, string Type)> wanted = [];
        foreach (var line in lines)
        {
            if (WebhookTypes.Of(line) is { } type && (receiver.Events.Count == 0 || receiver.Events.Contains(type))) wanted.Add((line, type));
        }

        SessionId[] sessions = [.. wanted.Select(static one => one.Line.Session).OfType<SessionId>().Distinct()];
        var facts = await table.DescribeAsync(sessions);
        foreach (var (line, type) in wanted)
        {
            var message = WebhookMessage.Of(line, type, line.Session is { } session ? facts.GetValueOrDefault(session) : null);
            queue.Add(Delivery.Of(message, readAt, before(line)));
        }
    }

    private async Task CarryOutRequestsAsync(WebhookReceiverOptions receiver, WebhookDispatcher dispatcher)
    {
        var requests = await table.FindRequestsAsync(Name);
        if (requests is { CutOffAt: not null, Resume: false }) CutOff("no host had it in its settings for too long");
        if (requests.IsEmpty) return;

        if (requests is { Resume: false, From: null })
        {
            await ReplayDeadLettersAsync(receiver, dispatcher, requests);
            return;
        }

        // No event may be in flight while delivery starts again from another position.
        await dispatcher.DisposeAsync();
        var queue = new DeliveryQueue(options.Value);
        var start = requests.From is { } asked && asked <= _position ? asked : _position with { Id = _position.Id + 1 };
        foreach (var delivery in dispatcher.Queue.Deliveries.Where(delivery => delivery.Message.Position < start)) queue.Add(delivery);
        await AddAsync(receiver, queue, await log.FindAsync(requests.DeadLetters), static _ => null);
        foreach (var delivery in queue.Deliveries) delivery.NextAt = null;
        _position = start with { Id = start.Id - 1 };
        if (requests.Resume) (_cutOffAt, _cutOffReason) = (null, null);
        else queue.FailingSince = dispatcher.Queue.FailingSince;
        _dispatcher = CreateDispatcher(receiver, queue);

        await SaveAsync();
        await table.SetDoneAsync(Name, requests);
        LogRequested(Name, requests.Resume, start, requests.DeadLetters.Count);
        _reportedAt = null;
    }

    // As many dead letters at a time as the window has room for; the others stay in their table. Attempts in flight continue.
    private async Task ReplayDeadLettersAsync(WebhookReceiverOptions receiver, WebhookDispatcher dispatcher, WebhookRequests requests)
    {
        if (dispatcher.Queue.Deliveries.Count > Window / 2) return;

        await AddAsync(receiver, dispatcher.Queue, await log.FindAsync(requests.DeadLetters), static _ => null);
        await SaveAsync();
        await table.SetDoneAsync(Name, requests);
        LogReplayed(Name, requests.DeadLetters.Count);
        _reportedAt = null;
    }

    private void CutOff(string reason)
    {
        if (_cutOffAt is not null) return;

        (_cutOffAt, _cutOffReason) = (clock.GetUtcNow(), reason);
        _isDirty = true;
        _reportedAt = null;
        LogCutOff(Name, reason);
    }

    private async Task SaveAsync()
    {
        // After a failed write we do not know what is stored. Read it, and overwrite it unless another activation has written it.
        if (stored.Etag is null)
        {
            await stored.ReadStateAsync();
            if (stored.RecordExists && stored.State.Writer != _activation && stored.State.Writer != _lastWriter)
                throw new InconsistentStateException($"Another activation has stored a position of webhook receiver {Name}.");
        }

        var dispatcher = _dispatcher!;
        _isDirty = dispatcher.IsDirty = false;
        stored.State = new()
        {
            Writer = _activation,
            Era = _position.Era,
            Tx = _position.Tx,
            Id = _position.Id,
            Waiting = [.. dispatcher.Queue.Deliveries.Select(static delivery => delivery.ToWaiting())],
            FailingSince = dispatcher.Queue.FailingSince,
            CutOffAt = _cutOffAt,
            CutOffReason = _cutOffReason,
        };
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            _isDirty = true;
            throw;
        }
    }

    // Only a position that is stored is reported, since the log may be trimmed up to it.
    private async Task ReportAsync(WebhookDispatcher dispatcher)
    {
        await SaveAsync();
        var state = stored.State;
        var floor = state.Waiting is [var first, ..] ? first.ToPosition() with { Id = first.Id - 1 } : new LogPosition(state.Era, state.Tx, state.Id);
        await table.ReportAsync(Name, new(floor, state.Waiting.Count, state.FailingSince, dispatcher.LastFailure, state.CutOffAt, state.CutOffReason));
        Gauges.ShowMeasured(await log.MeasureLagAsync(_position), state);
        _reportedAt = clock.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Another activation delivers to webhook receiver {Receiver} too; some events may be delivered twice")]
    private partial void LogSuperseded(string receiver);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of webhook receiver {Receiver} failed; the next one tries again")]
    private partial void LogRoundFailed(Exception exception, string receiver);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook receiver {Receiver} is cut off: {Reason}. Nothing is sent to it until an operator replays it")]
    private partial void LogCutOff(string receiver, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook receiver {Receiver} continues in era {Next} of the log after era {Era}: the database failed over or was restored")]
    private partial void LogNewEra(string receiver, int era, int next);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events that waited for webhook receiver {Receiver} are no longer in the log, or no longer among the events it is configured for")]
    private partial void LogLost(string receiver, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "An operator's request for webhook receiver {Receiver} is carried out: resumed {Resumed}, reads from {From}, dead letters {DeadLetters}")]
    private partial void LogRequested(string receiver, bool resumed, LogPosition from, int deadLetters);

    [LoggerMessage(Level = LogLevel.Information, Message = "{DeadLetters} dead letters of webhook receiver {Receiver} are delivered again, as an operator asked")]
    private partial void LogReplayed(string receiver, int deadLetters);
}
