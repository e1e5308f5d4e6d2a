using Wingman.Reference;

namespace Wingman.Sessions;

/// <summary>What the API reference says of the endpoints of sessions.</summary>
internal static class SessionDocs
{
    private const string Tag = "Sessions";
    private const string NotFoundExample = """{"detail":"Session not found"}""";
    private const string NotParticipantExample = """{"detail":"Access denied - user is not a participant in this session"}""";

    private static readonly ParameterDocs SessionId = new("session_id", "The session.", typeof(Guid));

    public static EndpointDocs ConfirmCompletion { get; } = new(
        Tag,
        "confirm-completion",
        "Confirm that a session was completed",
        "A participant's word that the session was completed. When the buddy's word is there too, the session is completed and both "
        + "users' reputations are credited, in one commit. Calling again changes nothing and answers the same, or that the session is "
        + "already completed. `session_id` is a UUID in lower case.")
    {
        Body = typeof(ConfirmCompletionRequest),
        BodyExample = """{"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11"}""",
        Answers =
        [
            new(200, "Recorded, completed, or already completed.", typeof(ConfirmCompletionAnswer),
                """
                {"success":true,"message":"Session marked as completed! Both participants have confirmed completion and reputation updated.",
                 "both_confirmed":true,"reputation_updated":true,"session_status":"completed"}
                """),
            new(400, "Confirming begins at a configured time after the scheduled one, which has not come.",
                Example: """{"detail":"Cannot confirm completion before scheduled time (2030-01-01 18:00 UTC)"}"""),
            new(403, "The caller is not a participant.", Example: NotParticipantExample),
            new(404, "No such session.", Example: NotFoundExample),
            new(409, "The session was cancelled or ended as a no-show.", Example: """{"detail":"Session was cancelled and cannot be confirmed"}"""),
            new(422, "The body is wrong.", Example:
                """
                {"detail":[{"type":"string_pattern_mismatch","loc":["body","session_id"],
                 "msg":"String should match pattern '^[0-9a-f-]{36}$'","input":"nonsense"}]}
                """),
        ],
    };

    public static EndpointDocs ConfirmBuddy { get; } = new(
        Tag,
        "confirm-buddy",
        "Confirm a session by naming the buddy (older)",
        "The same word of the same participant as `confirm-completion`, so that nobody completes a session alone. Refused before the "
        + "session's time.")
    {
        Parameters = [SessionId],
        Body = typeof(ConfirmBuddyRequest),
        BodyExample = """{"buddy_user_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44"}""",
        Answers =
        [
            new(200, "Recorded, completed, or already completed.", typeof(ConfirmBuddyAnswer),
                """
                {"success":true,"message":"Confirmation recorded. Waiting for your buddy to confirm your completion.",
                 "session_status":"scheduled","both_confirmed":false}
                """),
            new(400, "The named user is not the buddy, or the session's time has not come.",
                Example: """{"detail":"Cannot confirm completion before scheduled time (2030-01-01 18:00 UTC)"}"""),
            new(403, "The caller is not a participant.", Example: NotParticipantExample),
            new(404, "No such session.", Example: NotFoundExample),
            new(409, "The session was cancelled or ended as a no-show.", Example: """{"detail":"Session was cancelled and cannot be confirmed"}"""),
            new(422, "The id or the body is wrong."),
        ],
    };

    public static EndpointDocs UpdateNotes { get; } = new(
        Tag, "update-notes", "Replace a session's notes", "For a participant, also of a session that is over. At most 2,000 characters.")
    {
        Parameters = [SessionId],
        Body = typeof(UpdateNotesRequest),
        BodyExample = """{"notes":"Great evening."}""",
        Answers =
        [
            new(200, "The notes are stored.", typeof(UpdateNotesAnswer),
                """{"success":true,"message":"Session notes updated successfully","updated_notes":"Great evening."}"""),
            new(403, "The caller is not a participant.", Example: NotParticipantExample),
            new(404, "No such session.", Example: NotFoundExample),
            new(422, "The id or the body is wrong."),
        ],
    };

    public static EndpointDocs Create { get; } = new(
        Tag,
        "create-session",
        "Schedule a session",
        "For a participant of an accepted match, or the service role. A match has at most one session that is not over. `time` is "
        + "ISO 8601, UTC where it has no offset, or a number of seconds since 1970. The challenges are required where the database has "
        + "challenges. `notifications_sent` is always false: this service notifies nobody. After an answer that was lost, a retry finds "
        + "the session as the active one (409).")
    {
        Body = typeof(CreateSessionRequest),
        BodyExample =
            """{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"Blue Bottle","time":"2030-01-01T18:00:00Z"}""",
        Answers =
        [
            new(200, "Scheduled.", typeof(CreateSessionAnswer),
                """
                {"success":true,"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","message":"Session scheduled successfully at Blue Bottle",
                 "scheduled_time":"2030-01-01T18:00:00Z","venue_name":"Blue Bottle","notifications_sent":false}
                """),
            new(400, "The match is not accepted, a challenge does not exist, or the time is not in the future.",
                Example: """{"detail":"Match status must be 'accepted' to schedule sessions (current: pending)"}"""),
            new(403, "The caller is not a participant of the match.",
                Example: """{"detail":"Access denied - user is not a participant in this match"}"""),
            new(404, "No such match.", Example: """{"detail":"Match not found"}"""),
            new(409, "The match has an active session, or the database refuses a value.",
                Example: """{"detail":"This match already has an active session (scheduled or in progress)"}"""),
            new(422, "The body is wrong."),
        ],
    };

    public static EndpointDocs Cancel { get; } = new(
        Tag, "cancel-session", "Call a session off", "For a participant. A session that is over stays as it is.")
    {
        Parameters = [SessionId],
        Answers =
        [
            new(200, "Cancelled.", typeof(SessionChange), """{"success":true,"message":"Session cancelled","session_status":"cancelled"}"""),
            new(403, "The caller is not a participant.", Example: NotParticipantExample),
            new(404, "No such session.", Example: NotFoundExample),
            new(409, "The session is over.", Example: """{"detail":"Session is completed and cannot be cancelled"}"""),
            new(422, "The id is no UUID."),
        ],
    };

    public static EndpointDocs Get { get; } = new(
        Tag,
        "get-session",
        "Read a session",
        "For a participant. Names and challenges are the product's where the database has them, and placeholders where it has not. "
        + "`reputation_preview` holds the points of the challenges.")
    {
        Parameters = [SessionId],
        Answers =
        [
            new(200, "The session.", typeof(SessionView)),
            new(403, "The caller is not a participant.", Example: NotParticipantExample),
            new(404, "No such session.", Example: NotFoundExample),
            new(422, "The id is no UUID."),
        ],
    };
}
