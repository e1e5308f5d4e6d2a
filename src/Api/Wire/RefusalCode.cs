namespace Wingman.Wire;

/// <summary>The code of a refusal, for programs. The names (in snake_case) never change; new ones may be added.</summary>
internal enum RefusalCode
{
    /// <summary>The request is not HTTP that this server accepts.</summary>
    BadRequest,

    /// <summary>The caller has not signed in.</summary>
    Unauthenticated,

    /// <summary>Only the service role may do this.</summary>
    ServiceRoleRequired,

    /// <summary>The path does not exist.</summary>
    RouteNotFound,

    /// <summary>The path does not support this method.</summary>
    MethodNotAllowed,

    /// <summary>The body arrived too slowly.</summary>
    RequestTimeout,

    /// <summary>The body is larger than this server accepts.</summary>
    BodyTooLarge,

    /// <summary>The body is not JSON in UTF-8.</summary>
    NotJson,

    /// <summary>Fields of the request are wrong; each is named.</summary>
    InvalidFields,

    /// <summary>The user's id is not a UUID.</summary>
    InvalidUserId,

    /// <summary>The caller has sent too many requests, or too many for things that do not exist or are not theirs.</summary>
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

    /// <summary>The two users have reached the limit of sessions that they may complete with each other within a day.</summary>
    CompletionLimit,

    /// <summary>The session's scheduled time has not come.</summary>
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

    /// <summary>The service failed in an unexpected way.</summary>
    Unexpected,

    /// <summary>Too many requests are in progress.</summary>
    Overloaded,

    /// <summary>Too many requests wait for the database.</summary>
    StorageOverloaded,

    /// <summary>The database did not answer in time.</summary>
    StorageUnavailable,

    /// <summary>Other requests or programs keep changing the same row.</summary>
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
