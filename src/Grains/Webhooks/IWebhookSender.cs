namespace Wingman.Webhooks;

/// <summary>Sends one message to one receiver, once.</summary>
internal interface IWebhookSender
{
    /// <summary>Makes one attempt, bounded in time.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends the attempt early.</param>
    /// <returns>Its result; every failure of the receiver is a result too.</returns>
    /// <exception cref="OperationCanceledException">The attempt was ended early. Whether the message arrived is unknown.</exception>
    Task<WebhookAnswer> SendAsync(WebhookReceiverOptions receiver, WebhookMessage message, CancellationToken cancellation);
}

/// <summary>The result of an attempt.</summary>
/// <param name="Failure">What was wrong, in a few words without addresses and content; null if the receiver has accepted the message.</param>
/// <param name="RetryAfter">How long the receiver asked to wait.</param>
internal sealed record WebhookAnswer(string? Failure, TimeSpan? RetryAfter = null)
{
    /// <summary>The receiver has accepted the message.</summary>
    public static readonly WebhookAnswer Accepted = new((string?)null);

    /// <summary>Whether it asks for fewer messages of any kind.</summary>
    public bool IsOverloaded { get; init; }

    /// <summary>Whether it says that it no longer exists (410).</summary>
    public bool IsGone { get; init; }
}
