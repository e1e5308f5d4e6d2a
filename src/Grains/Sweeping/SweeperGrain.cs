using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wingman.Sessions;

namespace Wingman.Sweeping;

/// <inheritdoc cref="ISweeperGrain"/>
internal sealed partial class SweeperGrain(
    IGrainContext context,
    IGrainFactory grains,
    ISessionTable sessions,
    INoShowTable noShows,
    TimeProvider clock,
    IOptions<NoShowOptions> options,
    SweeperMetrics metrics,
    ILogger<SweeperGrain> logger) : IGrainBase, ISweeperGrain, IRemindable
{
    private const string ReminderName = "sweep";

    /// <summary>How many sessions are expired at the same time: enough to share commits, too few to crowd out requests.</summary>
    private const int Parallelism = 32;

    private readonly NoShowOptions _options = options.Value;
    private OverdueSession? _position;

    public IGrainContext GrainContext { get; } = context;

    public Task OnActivateAsync(CancellationToken token)
    {
        this.RegisterGrainTimer(
            static (grain, _) => grain.SweepOnTimerAsync(),
            this,
            new GrainTimerCreationOptions(_options.Interval, _options.Interval) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        // The next activation may be in another process, which shows a figure of its own.
        metrics.OldestOverdueSeconds = 0;
        return Task.CompletedTask;
    }

    // The reminder starts the sweeper again after its silo has ended. One minute is the shortest period that reminders allow.
    public Task EnsureRunningAsync() =>
        this.RegisterOrUpdateReminder(ReminderName, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    public async Task<SweepReport> SweepAsync()
    {
        var terms = await noShows.BeginRoundAsync(_options, clock.GetUtcNow());
        var report = terms is null ? new SweepReport(0, 0, false) : await SweepAsync(terms);
        metrics.RoundCompleted();
        return report;
    }

    private async Task<SweepReport> SweepAsync(NoShowTerms terms)
    {
        var overdue = await sessions.FindOverdueAsync(terms.Since, terms.AsOf - terms.GracePeriod, _position, _options.MaxPerRound);
        // After a gap in service some sessions have a new grace period, and their grains would only refuse. Sessions are in order of time, and
        // a later one is never due earlier. So after the first one that is not due, none is due.
        OverdueSession[] due = [.. overdue.TakeWhile(session => SessionRules.NoShowDueAt(session.ScheduledAt, terms) <= terms.AsOf)];
        if (_position is null)
            metrics.OldestOverdueSeconds = due.Length == 0 ? 0 : (terms.AsOf - SessionRules.NoShowDueAt(due[0].ScheduledAt, terms)).TotalSeconds;

        var expired = 0;
        var failed = 0;
        foreach (var group in due.Chunk(Parallelism))
        {
            var ended = await Task.WhenAll(group.Select(session => TryExpireAsync(session, terms)));
            expired += ended.Count(outcome => outcome is ExpireOutcome.NoShow or ExpireOutcome.Completed);
            failed += ended.Count(outcome => outcome is null);
        }

        // A session that cannot be expired must not delay the later ones: the next round continues after the last session of this
        // round. When the end is reached, the round after it starts again with the oldest.
        var more = due.Length == _options.MaxPerRound;
        _position = more ? due[^1] : null;
        metrics.Expired(expired);
        if (due.Length > 0) LogSwept(expired, failed, due.Length);
        return new(expired, failed, more);
    }

    private async Task SweepOnTimerAsync()
    {
        try
        {
            while ((await SweepAsync()).MoreWaiting)
            {
            }
        }
        catch (StorageException exception)
        {
            // The next tick tries again.
            LogSweepFailed(exception);
        }
    }

    private async Task<ExpireOutcome?> TryExpireAsync(OverdueSession overdue, NoShowTerms terms)
    {
        try
        {
            return await grains.GetSession(overdue.Session).ExpireAsync(terms);
        }
        catch (Exception exception)
        {
            // The session stays overdue, and a later round tries again.
            LogExpireFailed(exception, overdue.Session);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sweep: {Expired} sessions expired, {Failed} failed, of {Overdue} overdue")]
    private partial void LogSwept(int expired, int failed, int overdue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep failed; the next one tries again")]
    private partial void LogSweepFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {Session} could not be expired; a later sweep tries again")]
    private partial void LogExpireFailed(Exception exception, SessionId session);
}
