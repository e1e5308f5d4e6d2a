namespace Wingman.Matches;

/// <summary>
/// The status texts of matches that this service knows. The product may store any other text (<c>expired</c> is planned);
/// no session can be scheduled for a match with another text than <see cref="Accepted"/>.
/// </summary>
public static class MatchStatus
{
    /// <summary>Proposed. Also what a row without a status means.</summary>
    public const string Pending = "pending";

    /// <summary>Agreed: sessions may be scheduled.</summary>
    public const string Accepted = "accepted";

    /// <summary>Turned down.</summary>
    public const string Declined = "declined";
}

/// <summary>A match as the product's backend knows it.</summary>
/// <param name="User1">The first user.</param>
/// <param name="User2">The second user, another than the first.</param>
/// <param name="Status">The status text.</param>
[GenerateSerializer, Immutable, Alias("register-match")]
public sealed record RegisterMatch([property: Id(0)] UserId User1, [property: Id(1)] UserId User2, [property: Id(2)] string Status);

/// <summary>The outcome of a registration.</summary>
[GenerateSerializer, Alias("register-match-outcome")]
public enum RegisterMatchOutcome
{
    /// <summary>The match is new, and durable.</summary>
    Created = 0,

    /// <summary>The match was known; its status is now the given one.</summary>
    Updated = 1,

    /// <summary>The match is known with other users, who never change; nothing changed.</summary>
    UsersDiffer = 2,
}

/// <summary>A request to schedule a session.</summary>
/// <param name="Caller">Who asks: a participant, or the service role.</param>
/// <param name="VenueName">Where, 1 to 200 characters.</param>
/// <param name="ScheduledAt">When, in the future.</param>
/// <param name="User1ChallengeId">The challenge of the match's first user, if any.</param>
/// <param name="User2ChallengeId">The challenge of the match's second user, if any.</param>
/// <param name="Session">
/// The id of the session, new and chosen by the caller: a retry with the same id finds the session that an earlier attempt scheduled.
/// Null if the grain is to choose one.
/// </param>
[GenerateSerializer, Immutable, Alias("schedule-session")]
public sealed record ScheduleSession(
    [property: Id(0)] Caller Caller,
    [property: Id(1)] string VenueName,
    [property: Id(2)] DateTimeOffset ScheduledAt,
    [property: Id(3)] Guid? User1ChallengeId,
    [property: Id(4)] Guid? User2ChallengeId,
    [property: Id(5)] SessionId? Session = null);

/// <summary>The outcome of scheduling.</summary>
[GenerateSerializer, Alias("schedule-outcome")]
public enum ScheduleOutcome
{
    /// <summary>The session is scheduled, durably.</summary>
    Scheduled = 0,

    /// <summary>No such match.</summary>
    MatchNotFound = 1,

    /// <summary>The caller is neither one of the match's users nor the service role.</summary>
    NotParticipant = 2,

    /// <summary>The match is not accepted; <see cref="ScheduleSessionResult.MatchStatus"/> says what it is.</summary>
    MatchNotAccepted = 3,

    /// <summary>The time is not in the future.</summary>
    TimeNotInFuture = 4,

    /// <summary>The match has a session that is not over.</summary>
    AlreadyActive = 5,

    /// <summary>The database has challenges, and the request does not name one for each user.</summary>
    ChallengesMissing = 6,

    /// <summary>A challenge does not exist, or both are the same.</summary>
    ChallengesInvalid = 7,
}

/// <summary>The answer to a request to schedule a session.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Session">The new session when <see cref="ScheduleOutcome.Scheduled"/>, else null.</param>
/// <param name="MatchStatus">The match's status text; null where no match was found.</param>
[GenerateSerializer, Immutable, Alias("schedule-result")]
public sealed record ScheduleSessionResult(
    [property: Id(0)] ScheduleOutcome Outcome,
    [property: Id(1)] SessionId? Session = null,
    [property: Id(2)] string? MatchStatus = null);

/// <summary>The state of a match, for operators.</summary>
/// <param name="Id">The match.</param>
/// <param name="User1">The first user.</param>
/// <param name="User2">The second user.</param>
/// <param name="Status">The status text.</param>
[GenerateSerializer, Immutable, Alias("match-snapshot")]
public sealed record MatchSnapshot(
    [property: Id(0)] MatchId Id,
    [property: Id(1)] UserId User1,
    [property: Id(2)] UserId User2,
    [property: Id(3)] string Status);
