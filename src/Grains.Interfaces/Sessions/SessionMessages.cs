namespace Wingman.Sessions;

/// <summary>The outcome of a confirmation.</summary>
[GenerateSerializer, Alias("confirm-outcome")]
public enum ConfirmOutcome
{
    /// <summary>The confirmation is durable; the buddy's is missing. Also the answer to a second call before the buddy's.</summary>
    WaitingForBuddy = 0,

    /// <summary>This confirmation completed the session, durably.</summary>
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

    /// <summary>Confirming has not begun: the session's time has not come (where that is configured).</summary>
    TooEarly = 7,

    /// <summary>The older confirmation named someone who is not in the session.</summary>
    NotBuddy = 8,

    /// <summary>The older confirmation named the caller themselves.</summary>
    OwnConfirmation = 9,

    /// <summary>
    /// The confirmation would complete the session, and the two users have reached the limit of sessions that they may complete with
    /// each other within a day (where that is configured). Nothing changed.
    /// </summary>
    CompletionLimit = 10,
}

/// <summary>The answer to a confirmation.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Status">The session's status afterwards; meaningless for <see cref="ConfirmOutcome.NotFound"/>.</param>
/// <param name="ConfirmableFrom">From when on the session can be confirmed; null unless <see cref="ConfirmOutcome.TooEarly"/>.</param>
[GenerateSerializer, Immutable, Alias("confirm-result")]
public sealed record ConfirmCompletionResult(
    [property: Id(0)] ConfirmOutcome Outcome,
    [property: Id(1)] SessionStatus Status,
    [property: Id(2)] DateTimeOffset? ConfirmableFrom = null);

/// <summary>The outcome of a cancellation.</summary>
[GenerateSerializer, Alias("cancel-outcome")]
public enum CancelOutcome
{
    /// <summary>The session is cancelled, durably.</summary>
    Cancelled = 0,

    /// <summary>
    /// The session was over; nothing changed. Or another program had set both flags and left the session open: then it was
    /// completed now instead of cancelled.
    /// </summary>
    AlreadyOver = 1,

    /// <summary>No such session.</summary>
    NotFound = 2,

    /// <summary>The caller is neither of the session's two users.</summary>
    NotParticipant = 3,
}

/// <summary>The answer to a cancellation.</summary>
/// <param name="Outcome">The outcome.</param>
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

/// <summary>A session with everything that its participants may see.</summary>
/// <param name="Snapshot">The part that the rules use.</param>
/// <param name="VenueName">Where they meet; null if it is not set.</param>
/// <param name="Notes">Free text of the participants.</param>
/// <param name="User1">The match's first user.</param>
/// <param name="User2">The match's second user.</param>
[GenerateSerializer, Immutable, Alias("session-details")]
public sealed record SessionDetails(
    [property: Id(0)] SessionSnapshot Snapshot,
    [property: Id(1)] string? VenueName,
    [property: Id(2)] string? Notes,
    [property: Id(3)] ParticipantDetails User1,
    [property: Id(4)] ParticipantDetails User2);

/// <summary>What a session's participants see of one of them.</summary>
/// <param name="Name">The first name; null where the database has no profile of the user.</param>
/// <param name="Challenge">The user's challenge; null if none is set.</param>
[GenerateSerializer, Immutable, Alias("participant-details")]
public sealed record ParticipantDetails([property: Id(0)] string? Name, [property: Id(1)] Challenge? Challenge);

/// <summary>A challenge. All but its id are null where the database does not have it.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">The description.</param>
/// <param name="Difficulty">How difficult it is.</param>
/// <param name="Points">What it is worth.</param>
[GenerateSerializer, Immutable, Alias("challenge")]
public sealed record Challenge(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string? Title,
    [property: Id(2)] string? Description,
    [property: Id(3)] string? Difficulty,
    [property: Id(4)] int? Points);

/// <summary>The outcome of a change of a session's notes.</summary>
[GenerateSerializer, Alias("notes-outcome")]
public enum UpdateNotesOutcome
{
    /// <summary>The notes are the given ones, durably.</summary>
    Updated = 0,

    /// <summary>No such session.</summary>
    NotFound = 1,

    /// <summary>The caller is neither of the session's two users.</summary>
    NotParticipant = 2,
}

/// <summary>The part of a session that its rules use.</summary>
/// <param name="Id">The session.</param>
/// <param name="Match">The match it belongs to.</param>
/// <param name="User1">The match's first user.</param>
/// <param name="User2">The match's second user.</param>
/// <param name="Status">Its status.</param>
/// <param name="User1Confirmed">Whether the first user has confirmed.</param>
/// <param name="User2Confirmed">Whether the second user has confirmed.</param>
/// <param name="ScheduledAt">When it takes place; null if it is not set.</param>
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
    [property: Id(7)] DateTimeOffset? ScheduledAt,
    [property: Id(8)] DateTimeOffset? CompletedAt);

/// <summary>Which sessions may end as a no-show, and when.</summary>
/// <param name="GracePeriod">How long after its scheduled time a session may still be confirmed.</param>
/// <param name="Since">Sessions that were scheduled for an earlier time never end as a no-show.</param>
/// <param name="Gaps">When the service was down: a session that became due in a gap gets a whole grace period again after it.</param>
/// <param name="AsOf">The latest time that all clocks that were read have reached. A session that is due later does not end.</param>
[GenerateSerializer, Immutable, Alias("no-show-terms")]
public sealed record NoShowTerms(
    [property: Id(0)] TimeSpan GracePeriod,
    [property: Id(1)] DateTimeOffset Since,
    [property: Id(2)] IReadOnlyList<ServiceGap> Gaps,
    [property: Id(3)] DateTimeOffset AsOf);

/// <summary>A time in which the service did not run.</summary>
/// <param name="From">When it was last known to run.</param>
/// <param name="To">When it ran again.</param>
[GenerateSerializer, Immutable, Alias("service-gap")]
public readonly record struct ServiceGap([property: Id(0)] DateTimeOffset From, [property: Id(1)] DateTimeOffset To);

/// <summary>The outcome of an attempt to expire a session.</summary>
[GenerateSerializer, Alias("expire-outcome")]
public enum ExpireOutcome
{
    /// <summary>It ended as a no-show, durably.</summary>
    NoShow = 0,

    /// <summary>Another program had set both flags and left the session open: it was completed now instead.</summary>
    Completed = 1,

    /// <summary>It was over before; nothing changed.</summary>
    AlreadyOver = 2,

    /// <summary>Its grace period has not passed, it has no time, or it is older than <see cref="NoShowTerms.Since"/>.</summary>
    NotDue = 3,

    /// <summary>No such session.</summary>
    NotFound = 4,
}
