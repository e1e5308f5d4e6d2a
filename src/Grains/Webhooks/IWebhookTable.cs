using Wingman.Events;

namespace Wingman.Webhooks;

/// <summary>What receivers' grains read and write beside the log: what sessions are, dead letters, and operators' requests.</summary>
/// <remarks>All methods may throw <see cref="StorageException"/>: the database could not be queried.</remarks>
internal interface IWebhookTable
{
    /// <summary>The facts about sessions that messages contain. Sessions that were deleted are left out.</summary>
    Task<IReadOnlyDictionary<SessionId, SessionFacts>> DescribeAsync(IReadOnlyCollection<SessionId> sessions);

    /// <summary>What operators have asked for.</summary>
    Task<WebhookRequests> FindRequestsAsync(string receiver);

    /// <summary>Records that a request was carried out and that its effect is stored.</summary>
    Task SetDoneAsync(string receiver, WebhookRequests requests);

    /// <summary>Records how far a receiver has come.</summary>
    Task ReportAsync(string receiver, ReaderReport report);

    /// <summary>Stores a dead letter; safe to retry.</summary>
    Task StoreDeadLetterAsync(string receiver, Delivery delivery);
}

/// <summary>What operators have asked for, and what the trimmer has decided.</summary>
/// <param name="Resume">Whether a receiver that was cut off is to be served again.</param>
/// <param name="From">From which line on everything is to be delivered again.</param>
/// <param name="DeadLetters">Dead letters to deliver again, at most some hundred at a time.</param>
/// <param name="CutOffAt">When the receiver was cut off because its grain was not seen for long.</param>
internal sealed record WebhookRequests(bool Resume, LogPosition? From, IReadOnlyList<LogPosition> DeadLetters, DateTimeOffset? CutOffAt)
{
    public static readonly WebhookRequests None = new(false, null, [], null);

    public bool IsEmpty => !Resume && From is null && DeadLetters.Count == 0;
}

/// <summary>Where a reader of the log is.</summary>
/// <param name="Floor">The reader needs no line up to this one: the log need not be kept for it up to here.</param>
/// <param name="Waiting">How many events were read and are not accepted yet.</param>
/// <param name="FailingSince">Since when nothing was accepted.</param>
/// <param name="LastFailure">What was wrong last.</param>
/// <param name="CutOffAt">When it was cut off.</param>
/// <param name="CutOffReason">Why.</param>
internal sealed record ReaderReport(
    LogPosition Floor, int Waiting, DateTimeOffset? FailingSince, string? LastFailure, DateTimeOffset? CutOffAt, string? CutOffReason);
