using Orleans.Concurrency;

namespace Wingman.Webhooks;

/// <summary>
/// Delivers the log's events to one configured receiver: each at least once, those of one session in order. One per receiver,
/// keyed by its name; for a moment there may be two, which deliver some events twice.
/// </summary>
[Alias("Wingman.IWebhookReceiverGrain")]
public interface IWebhookReceiverGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that events are delivered, and that another silo goes on if this one stops or dies. May be called again.</summary>
    /// <returns>When the reminder is durable.</returns>
    [Alias("EnsureRunning"), AlwaysInterleave]
    Task EnsureRunningAsync();

    /// <summary>Reads the log and begins deliveries now, instead of at the next interval. Does not wait for the deliveries.</summary>
    /// <returns>When the deliveries that were due have begun.</returns>
    [Alias("Run"), AlwaysInterleave]
    Task RunAsync();

    /// <summary>The receiver's status, for operators. Reads nothing, changes nothing.</summary>
    /// <returns>What this activation knows, or null if it has not started to deliver.</returns>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<WebhookStatus?> GetStatusAsync();
}

/// <summary>The status of a receiver.</summary>
/// <param name="Waiting">How many events were read for it and are not accepted yet.</param>
/// <param name="FailingSince">Since when it has accepted nothing although something was sent; null while it accepts.</param>
/// <param name="LastFailure">Why the last failed attempt failed.</param>
/// <param name="CutOffAt">When it was cut off; null if it is not.</param>
[GenerateSerializer, Immutable, Alias("webhook-status")]
public sealed record WebhookStatus(
    [property: Id(0)] int Waiting,
    [property: Id(1)] DateTimeOffset? FailingSince,
    [property: Id(2)] string? LastFailure,
    [property: Id(3)] DateTimeOffset? CutOffAt);
