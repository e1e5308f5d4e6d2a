using Wingman.Reputation;
using Wingman.Wire;

namespace Wingman.Sessions;

/// <summary>A session as its participants see it.</summary>
internal sealed record SessionView(
    Guid Id,
    Guid MatchId,
    string? VenueName,
    DateTimeOffset? ScheduledTime,
    string Status,
    string? Notes,
    ParticipantsView Participants,
    ReputationPreview ReputationPreview,
    DateTimeOffset? CompletedAt)
{
    /// <summary>Shows a session.</summary>
    public static SessionView Of(SessionDetails details)
    {
        var session = details.Snapshot;
        var (delta1, delta2) = ReputationScore.DeltasOf(session);
        return new(
            session.Id.Value,
            session.Match.Value,
            details.VenueName,
            session.ScheduledAt,
            WireNames.Of(session.Status),
            details.Notes,
            new ParticipantsView(
                ParticipantView.Of(session.User1, details.User1ChallengeId, session.User1Confirmed),
                ParticipantView.Of(session.User2, details.User2ChallengeId, session.User2Confirmed)),
            new ReputationPreview(delta1, delta2),
            session.CompletedAt);
    }
}

/// <summary>The two users of a session.</summary>
internal sealed record ParticipantsView(ParticipantView User1, ParticipantView User2);

/// <summary>One user of a session. Names live in the product's profiles, which this service does not read: null.</summary>
internal sealed record ParticipantView(Guid Id, string? Name, ChallengeView? Challenge, bool Confirmed)
{
    /// <summary>Shows a user.</summary>
    public static ParticipantView Of(UserId user, Guid? challenge, bool confirmed) =>
        new(user.Value, Name: null, challenge is { } id ? new ChallengeView(id) : null, confirmed);
}

/// <summary>A challenge, by its id.</summary>
internal sealed record ChallengeView(Guid Id);

/// <summary>What the session has brought each user's reputation, or will bring if it is completed.</summary>
internal sealed record ReputationPreview(int User1Delta, int User2Delta);
