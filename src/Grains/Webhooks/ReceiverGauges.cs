using Wingman.Events;

namespace Wingman.Webhooks;

/// <summary>What the gauges show of one receiver: what was measured last, and a lag that grows while its rounds fail.</summary>
/// <param name="receiver">The receiver's name.</param>
/// <param name="metrics">The gauges of all receivers.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReceiverGauges(string receiver, WebhookMetrics metrics, TimeProvider clock)
{
    private WebhookMetrics.GaugeValues _measured = new(0, 0, 0, 0, false);
    private DateTimeOffset? _roundsFailSince;
    private bool _isHidden;

    /// <summary>Shows what is stored of the receiver, and how far behind the log it is.</summary>
    public void ShowMeasured(LogLag lag, WebhookState state)
    {
        // Nothing is sent to a receiver that is cut off.
        var failingSince = state.CutOffAt is null ? state.FailingSince : null;
        _measured = new(SecondsSince(lag.OldestAt), lag.Lines, state.Waiting.Count, SecondsSince(failingSince), state.CutOffAt is not null);
        Show(_measured);
    }

    /// <summary>A round that failed measures nothing. Without this, the gauges would show the last values for ever, or none.</summary>
    public void RoundFailed()
    {
        _roundsFailSince ??= clock.GetUtcNow();
        Show(_measured with { LagSeconds = Math.Max(_measured.LagSeconds, SecondsSince(_roundsFailSince)) });
    }

    /// <summary>A round has succeeded.</summary>
    public void RoundSucceeded() => _roundsFailSince = null;

    /// <summary>Shows nothing from now on.</summary>
    public void Hide()
    {
        _isHidden = true;
        metrics.Hide(receiver);
    }

    // A round may end after the values were hidden. If it showed them again, they would never be hidden.
    private void Show(WebhookMetrics.GaugeValues values)
    {
        if (!_isHidden) metrics.Show(receiver, values);
    }

    private double SecondsSince(DateTimeOffset? at) => at is { } known ? Math.Max(0, (clock.GetUtcNow() - known).TotalSeconds) : 0;
}
