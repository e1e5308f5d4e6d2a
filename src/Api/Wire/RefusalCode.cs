namespace Wingman.Wire;

/// <summary>What a refusal means, for programs. The names (in snake_case) never change; new ones may come.</summary>
internal enum RefusalCode
{
    /// <summary>The request is not HTTP that this server takes.</summary>
    BadRequest,

    /// <summary>Nobody known calls.</summary>
    Unauthenticated,

    /// <summary>Only the service role may do this.</summary>
    ServiceRoleRequired,

    /// <summary>There is nothing under this path.</summary>
    RouteNotFound,

    /// <summary>The path does not take this method.</summary>
    MethodNotAllowed,

    /// <summary>The body arrived too slowly.</summary>
    RequestTimeout,

    /// <summary>The body is larger than this server takes.</summary>
    BodyTooLarge,

    /// <summary>The body is not JSON in UTF-8.</summary>
    NotJson,

    /// <summary>Fields of the request are wrong; each is named.</summary>
    InvalidFields,

    /// <summary>The user's id is no UUID.</summary>
    InvalidUserId,

    /// <summary>The caller has sent too much, or asked for too much that is not there or not theirs.</summary>
    RateLimited,

    /// <summary>The user has too many live streams open.</summary>
    TooManyStreams,

    /// <summary>There is no such session.</summary>
    SessionNotFound,

    /// <summary>The caller is not one of the session's or the match's users.</summary>
    NotParticipant,

    /// <summary>The session was cancelled.</summary>
    SessionCancelled,

    /// <summary>The session is completed.</summary>
    SessionCompleted,

    /// <summary>The session ended as a no-show.</summary>
    SessionNoShow,

    /// <summary>The two users have completed as many sessions with each other within a day as they may.</summary>
    CompletionLimit,

    /// <summary>The session's time has not come.</summary>
    TooEarly,

    /// <summary>The user named is not the caller's buddy.</summary>
    NotBuddy,

    /// <summary>The caller named themselves.</summary>
    OwnConfirmation,

    /// <summary>There is no such match.</summary>
    MatchNotFound,

    /// <summary>The match is not accepted.</summary>
    MatchNotAccepted,

    /// <summary>The match exists with other users.</summary>
    MatchUsersDiffer,

    /// <summary>The match has a session that is not over.</summary>
    SessionAlreadyActive,

    /// <summary>A challenge does not exist, or both are the same.</summary>
    InvalidChallenges,

    /// <summary>The time is not in the future.</summary>
    TimeNotInFuture,

    /// <summary>The history is another user's.</summary>
    NotOwnHistory,

    /// <summary>The database refuses a value.</summary>
    StorageRefused,

    /// <summary>The database failed.</summary>
    StorageFailed,

    /// <summary>The service failed in a way that nobody expected.</summary>
    Unexpected,

    /// <summary>Too many requests are in progress.</summary>
    Overloaded,

    /// <summary>Too much waits for the database.</summary>
    StorageOverloaded,

    /// <summary>The database did not answer in time.</summary>
    StorageUnavailable,

    /// <summary>Others keep changing the same row.</summary>
    Conflict,

    /// <summary>No silo can be reached; nothing was done.</summary>
    NoSilo,

    /// <summary>No silo answered in time; the request may have been carried out.</summary>
    OutcomeUnknown,

    /// <summary>The host is stopping.</summary>
    Stopping,

    /// <summary>Tokens cannot be checked right now.</summary>
    NoSigningKeys,
}
