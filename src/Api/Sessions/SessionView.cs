namespace Wingman.Sessions;

/// <summary>A session as its participants see it.</summary>
/// <param name="Id">The session.</param>
/// <param name="MatchId">The match that it is a meeting of.</param>
/// <param name="VenueName">Where; null if it is not set.</param>
/// <param name="ScheduledTime">When it is to take place, in UTC; null if it is not set.</param>
/// <param name="Status">The status.</param>
/// <param name="Notes">The participants' notes; null where there are none.</param>
/// <param name="Participants">Its two users.</param>
/// <param name="ReputationPreview">The points of each user's challenge.</param>
/// <param name="CompletedAt">When it was completed, in UTC; null if it is not completed.</param>
/// <example>{"id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"Blue Bottle","scheduled_time":"2030-01-01T18:00:00Z","status":"scheduled","notes":null,"participants":{"user1":{"id":"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33","name":"Ana","challenge":{"id":"","title":"Unknown Challenge","description":"","difficulty":"unknown","points":0},"confirmed":true},"user2":{"id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","name":"Ben","challenge":{"id":"","title":"Unknown Challenge","description":"","difficulty":"unknown","points":0},"confirmed":false}},"reputation_preview":{"user1_delta":0,"user2_delta":0},"completed_at":null}</example>
internal sealed record SessionView(
    Guid Id,
    Guid MatchId,
    string? VenueName,
    DateTimeOffset? ScheduledTime,
    SessionStatus Status,
    string? Notes,
    ParticipantsView Participants,
    ReputationPreview ReputationPreview,
    DateTimeOffset? CompletedAt)
{
    /// <summary>Shows a session.</summary>
    public static SessionView Of(SessionDetails details)
    {
        var session = details.Snapshot;
        var user1 = ParticipantView.Of(session.User1, details.User1, session.User1Confirmed);
        var user2 = ParticipantView.Of(session.User2, details.User2, session.User2Confirmed);
        return new(
            session.Id.Value,
            session.Match.Value,
            details.VenueName,
            session.ScheduledAt,
            session.Status,
            details.Notes,
            new ParticipantsView(user1, user2),
            new ReputationPreview(user1.Challenge.Points, user2.Challenge.Points),
            session.CompletedAt);
    }
}

/// <summary>The two users of a session.</summary>
/// <param name="User1">The first user of the match.</param>
/// <param name="User2">The second user of the match.</param>
internal sealed record ParticipantsView(ParticipantView User1, ParticipantView User2);

/// <summary>One user of a session. The web app needs a value in each field; where the database has none there is a placeholder.</summary>
/// <param name="Id">The user.</param>
/// <param name="Name">The name; `Unknown` where the database has none.</param>
/// <param name="Challenge">The challenge for this session.</param>
/// <param name="Confirmed">Whether this user has confirmed that the session was completed.</param>
internal sealed record ParticipantView(Guid Id, string Name, ChallengeView Challenge, bool Confirmed)
{
    /// <summary>Shows a user.</summary>
    public static ParticipantView Of(UserId user, ParticipantDetails details, bool confirmed) =>
        new(user.Value, details.Name ?? "Unknown", ChallengeView.Of(details.Challenge), confirmed);
}

/// <summary>A challenge. The id is empty where none is set.</summary>
/// <param name="Id">The challenge's UUID, or an empty text.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">What is to be done.</param>
/// <param name="Difficulty">How hard it is, in the product's words.</param>
/// <param name="Points">How many points it gives.</param>
internal sealed record ChallengeView(string Id, string Title, string Description, string Difficulty, int Points)
{
    /// <summary>Shows a challenge.</summary>
    public static ChallengeView Of(Challenge? challenge) => new(
        challenge?.Id.ToString() ?? "",
        challenge?.Title ?? "Unknown Challenge",
        challenge?.Description ?? "",
        challenge?.Difficulty ?? "unknown",
        challenge?.Points ?? 0);
}

/// <summary>The points of each user's challenge.</summary>
/// <param name="User1Delta">The first user's.</param>
/// <param name="User2Delta">The second user's.</param>
internal sealed record ReputationPreview(int User1Delta, int User2Delta);
