namespace Wingman.Testing.Product;

/// <summary>A row of <c>user_profiles</c>.</summary>
public sealed record ProductUser(Guid Id, string? Email, string? FirstName, string? LastName, DateTimeOffset? CreatedAt);

/// <summary>A row of <c>approach_challenges</c>.</summary>
public sealed record ProductChallenge(Guid Id, string Difficulty, string Title, string? Description, int? Points);

/// <summary>A row of <c>wingman_matches</c>.</summary>
public sealed record ProductMatch(
    Guid Id, Guid User1, Guid User2, string? Status, int? User1Reputation, int? User2Reputation, DateTimeOffset? CreatedAt);

/// <summary>A row of <c>wingman_sessions</c>.</summary>
/// <param name="User1Flag"><c>user1_completed_confirmed_by_user2</c>.</param>
/// <param name="User2Flag"><c>user2_completed_confirmed_by_user1</c>.</param>
public sealed record ProductSession(
    Guid Id,
    Guid Match,
    Guid? User1Challenge,
    Guid? User2Challenge,
    string? Venue,
    DateTimeOffset? ScheduledAt,
    string? Status,
    DateTimeOffset? CompletedAt,
    bool? User1Flag,
    bool? User2Flag,
    string? Notes,
    DateTimeOffset? CreatedAt)
{
    /// <summary>The kind of this session; not a column.</summary>
    public SessionKind Kind { get; init; }
}
