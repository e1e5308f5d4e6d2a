using Wingman.Chaos.History;
using Wingman.Reputation;

namespace Wingman.Chaos.Checking;

/// <summary>A row of <c>wingman_sessions</c> with its match's users.</summary>
internal sealed record SessionRow(Guid Id, Guid Match, Guid User1, Guid User2, ModelState State, DateTimeOffset? CompletedAt);

/// <summary>A row of <c>wingman_matches</c>.</summary>
internal sealed record MatchRow(Guid Id, int User1Counter, int User2Counter);

/// <summary>A row of <c>reputation_credits</c>.</summary>
internal sealed record CreditRow(Guid User, Guid Session, CreditOutcome Outcome);

/// <summary>A session's state as its grain stored it.</summary>
internal sealed record StoredSession(Guid Id, int Version, Guid Match, Guid User1, Guid User2, ModelState State, DateTimeOffset? CompletedAt);

/// <summary>What one repeatable-read transaction saw: everything, or the younger matches with all that is theirs.</summary>
internal sealed record DatabaseSnapshot(
    IReadOnlyList<SessionRow> Sessions,
    IReadOnlyList<MatchRow> Matches,
    IReadOnlyList<CreditRow> Credits,
    IReadOnlyList<StoredSession> Stored,
    bool IsComplete);
