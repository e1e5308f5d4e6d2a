namespace Wingman.Sessions;

/// <summary>What came of a confirmation.</summary>
[GenerateSerializer, Alias("confirm-outcome")]
public enum ConfirmOutcome
{
    /// <summary>The confirmation is durable; the buddy's is missing. Also the answer to a repeat before the buddy's word.</summary>
    WaitingForBuddy = 0,

    /// <summary>This confirmation completed the session; both credits are durable.</summary>
    Completed = 1,

    /// <summary>The session was completed before; nothing changed.</summary>
    AlreadyCompleted = 2,

    /// <summary>No such session.</summary>
    NotFound = 3,

    /// <summary>The caller is neither of the session's two users.</summary>
    NotParticipant = 4,

    /// <summary>The session was cancelled; it cannot be confirmed.</summary>
    Cancelled = 5,

    /// <summary>The session ended as a no-show; it cannot be confirmed.</summary>
    NoShow = 6,
}

/// <summary>The answer to a confirmation.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Status">The session's status afterwards; meaningless for <see cref="ConfirmOutcome.NotFound"/>.</param>
[GenerateSerializer, Immutable, Alias("confirm-result")]
public sealed record ConfirmCompletionResult([property: Id(0)] ConfirmOutcome Outcome, [property: Id(1)] SessionStatus Status);

/// <summary>What came of a cancellation.</summary>
[GenerateSerializer, Alias("cancel-outcome")]
public enum CancelOutcome
{
    /// <summary>The session is cancelled, durably.</summary>
    Cancelled = 0,

    /// <summary>
    /// The session was over before; nothing changed. Also where both confirmations were already there (rows adopted from
    /// before): it was completed and credited instead.
    /// </summary>
    AlreadyOver = 1,

    /// <summary>No such session.</summary>
    NotFound = 2,

    /// <summary>The caller is neither of the session's two users.</summary>
    NotParticipant = 3,
}

/// <summary>The answer to a cancellation.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Status">The session's status afterwards; meaningless for <see cref="CancelOutcome.NotFound"/>.</param>
[GenerateSerializer, Immutable, Alias("cancel-result")]
public sealed record CancelSessionResult([property: Id(0)] CancelOutcome Outcome, [property: Id(1)] SessionStatus Status);

/// <summary>Why a session is shown or not.</summary>
[GenerateSerializer, Alias("get-session-outcome")]
public enum GetSessionOutcome
{
    /// <summary>The session is in the answer.</summary>
    Found = 0,

    /// <summary>No such session.</summary>
    NotFound = 1,

    /// <summary>The caller is neither of the session's two users.</summary>
    NotParticipant = 2,
}

/// <summary>The answer to a read.</summary>
/// <param name="Outcome">Whether the session is shown.</param>
/// <param name="Session">The session when <see cref="GetSessionOutcome.Found"/>, else null.</param>
[GenerateSerializer, Immutable, Alias("get-session-result")]
public sealed record GetSessionResult([property: Id(0)] GetSessionOutcome Outcome, [property: Id(1)] SessionDetails? Session = null);

/// <summary>A session with all that its participants may see.</summary>
/// <param name="Snapshot">What the grain decides on.</param>
/// <param name="VenueName">Where they meet; null if nobody said.</param>
/// <param name="User1ChallengeId">The challenge of the match's first user, if one is set.</param>
/// <param name="User2ChallengeId">The challenge of the match's second user, if one is set.</param>
/// <param name="Notes">Free text that other parts of the product keep with the session.</param>
[GenerateSerializer, Immutable, Alias("session-details")]
public sealed record SessionDetails(
    [property: Id(0)] SessionSnapshot Snapshot,
    [property: Id(1)] string? VenueName,
    [property: Id(2)] Guid? User1ChallengeId,
    [property: Id(3)] Guid? User2ChallengeId,
    [property: Id(4)] string? Notes);

/// <summary>The part of a session that its rules look at.</summary>
/// <param name="Id">The session.</param>
/// <param name="Match">The match it belongs to.</param>
/// <param name="User1">The match's first user.</param>
/// <param name="User2">The match's second user.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="User1Confirmed">Whether the first user has confirmed.</param>
/// <param name="User2Confirmed">Whether the second user has confirmed.</param>
/// <param name="ScheduledAt">When it takes place.</param>
/// <param name="CompletedAt">When the second confirmation was recorded; null unless completed.</param>
[GenerateSerializer, Immutable, Alias("session-snapshot")]
public sealed record SessionSnapshot(
    [property: Id(0)] SessionId Id,
    [property: Id(1)] MatchId Match,
    [property: Id(2)] UserId User1,
    [property: Id(3)] UserId User2,
    [property: Id(4)] SessionStatus Status,
    [property: Id(5)] bool User1Confirmed,
    [property: Id(6)] bool User2Confirmed,
    [property: Id(7)] DateTimeOffset ScheduledAt,
    [property: Id(8)] DateTimeOffset? CompletedAt);

/// <summary>What came of an attempt to expire a session.</summary>
[GenerateSerializer, Alias("expire-outcome")]
public enum ExpireOutcome
{
    /// <summary>It ended as a no-show, durably.</summary>
    NoShow = 0,

    /// <summary>Both confirmations were already there (rows adopted from before): it was completed and credited instead.</summary>
    Completed = 1,

    /// <summary>It was over before; nothing changed.</summary>
    AlreadyOver = 2,

    /// <summary>Its grace period has not passed.</summary>
    NotDue = 3,

    /// <summary>No such session.</summary>
    NotFound = 4,
}
