namespace Wingman.Api.Tests.Host;

/// <summary>The code of each refusal's sentence. Both are part of the contract.</summary>
internal static class RefusalCodes
{
    /// <summary>The sentences whose bodies the product's API contract fixes exactly: they have no code.</summary>
    private static readonly string[] Reported =
    [
        "Authentication required. Please log in to access this resource.",
        "Access denied - user is not a participant in this session",
        "Session not found",
    ];

    private static readonly Dictionary<string, string> Codes = new()
    {
        ["Bad Request"] = "bad_request",
        ["Not Found"] = "route_not_found",
        ["Method Not Allowed"] = "method_not_allowed",
        ["The request body is larger than 32768 bytes"] = "body_too_large",
        ["The request body arrived too slowly"] = "request_timeout",
        ["The request body must be JSON in UTF-8 (Content-Type: application/json)"] = "not_json",
        ["Too many requests of this caller; nothing was done, try again later"] = "rate_limited",
        ["Access denied - service role required"] = "service_role_required",
        ["Access denied - user is not a participant in this match"] = "not_participant",
        ["Access denied - only the user and the service role may read this history"] = "not_own_history",
        ["Invalid user ID format: not a UUID"] = "invalid_user_id",
        ["Invalid buddy user ID - must be the other session participant"] = "not_buddy",
        ["Cannot confirm your own completion - only your buddy can confirm you"] = "own_confirmation",
        ["Cannot confirm completion before scheduled time (2030-01-01 18:00 UTC)"] = "too_early",
        ["These two users have completed as many sessions with each other within 24 hours as they may; confirm later"] = "completion_limit",
        ["Session was cancelled and cannot be confirmed"] = "session_cancelled",
        ["Session ended as a no-show and cannot be confirmed"] = "session_no_show",
        ["Session was already cancelled"] = "session_cancelled",
        ["Session is completed and cannot be cancelled"] = "session_completed",
        ["Session ended as a no-show and cannot be cancelled"] = "session_no_show",
        ["Match not found"] = "match_not_found",
        ["Match status must be 'accepted' to schedule sessions (current: pending)"] = "match_not_accepted",
        ["Match status must be 'accepted' to schedule sessions (current: declined)"] = "match_not_accepted",
        ["Match status must be 'accepted' to schedule sessions (current: expired)"] = "match_not_accepted",
        ["One or both challenge IDs are invalid - challenges must exist"] = "invalid_challenges",
        ["Scheduled time must be in the future"] = "time_not_in_future",
        ["This match already has an active session (scheduled or in progress)"] = "session_already_active",
        ["This match exists with other users"] = "match_users_differ",
        ["The database could not be read or written; retry the request to find out what was stored"] = "storage_failed",
        ["The database refuses these values: something they refer to does not exist, or a constraint forbids them"] = "storage_refused",
        ["Internal server error"] = "unexpected",
        ["Too many requests are in progress; nothing was done, try again in a moment"] = "overloaded",
        ["The database is overloaded; nothing was done, try again in a moment"] = "storage_overloaded",
        ["Others keep changing the same row; nothing was done, try again in a moment"] = "conflict",
        ["The database did not answer in time, or another transaction holds the row; the request may have been carried out, retry to find out"] = "storage_unavailable",
        ["No silo was killed: fewer than two run in Development on the machine of this host"] = "no_silo",
        ["No silo can be reached right now; nothing was done, try again in a moment"] = "no_silo",
        ["No silo answered in time; the request may have been carried out, retry to find out"] = "outcome_unknown",
        ["Tokens cannot be checked right now: their signing keys are not available; try again in a moment"] = "no_signing_keys",
    };

    /// <summary>The whole body of a refusal.</summary>
    public static string BodyOf(string detail) =>
        Reported.Contains(detail) ? $$"""{"detail":"{{detail}}"}""" : $$"""{"detail":"{{detail}}","code":"{{Codes[detail]}}"}""";
}
