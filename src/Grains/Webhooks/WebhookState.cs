using Wingman.Events;

namespace Wingman.Webhooks;

/// <summary>
/// How far a receiver has come. Stored as JSON: members are added, never renamed. Every line of the log up to the position was
/// accepted, is dead, or waits.
/// </summary>
internal sealed record WebhookState
{
    public int Era { get; init; }

    public ulong Tx { get; init; }

    public long Id { get; init; }

    /// <summary>The activation that stored it.</summary>
    public Guid Writer { get; init; }

    public IReadOnlyList<WaitingDelivery> Waiting { get; init; } = [];

    public DateTimeOffset? FailingSince { get; init; }

    public DateTimeOffset? CutOffAt { get; init; }

    public string? CutOffReason { get; init; }
}

/// <summary>An event that was read and is not accepted yet. What it says is in its line of the log.</summary>
internal sealed record WaitingDelivery
{
    public int Era { get; init; }

    public ulong Tx { get; init; }

    public long Id { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset? FirstFailedAt { get; init; }

    public DateTimeOffset? NextAt { get; init; }

    public string? LastFailure { get; init; }

    public bool IsSetBack { get; init; }

    public LogPosition ToPosition() => new(Era, Tx, Id);
}
