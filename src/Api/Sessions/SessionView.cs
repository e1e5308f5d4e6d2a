namespace Wingman.Sessions;

/// <summary>A session as its participants see it.</summary>
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
internal sealed record ParticipantsView(ParticipantView User1, ParticipantView User2);

/// <summary>One user of a session. The web app needs a value in each field; where the database has none there is a placeholder.</summary>
internal sealed record ParticipantView(Guid Id, string Name, ChallengeView Challenge, bool Confirmed)
{
    /// <summary>Shows a user.</summary>
    public static ParticipantView Of(UserId user, ParticipantDetails details, bool confirmed) =>
        new(user.Value, details.Name ?? "Unknown", ChallengeView.Of(details.Challenge), confirmed);
}

/// <summary>A challenge. The id is empty where none is set.</summary>
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
internal sealed record ReputationPreview(int User1Delta, int User2Delta);
