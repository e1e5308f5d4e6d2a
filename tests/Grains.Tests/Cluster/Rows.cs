namespace Wingman.Grains.Tests.Cluster;

/// <summary>A session with all whom it concerns.</summary>
internal sealed record Meeting(SessionId Session, MatchId Match, UserId User1, UserId User2)
{
    public static Meeting New() => new(new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()));
}

/// <summary>A session's row as it stands. A user's flag is what that user said.</summary>
internal sealed record SessionRow(string? Status, bool? User1, bool? User2, DateTimeOffset? ScheduledAt, DateTimeOffset? CompletedAt, string? Notes);

/// <summary>A match's row as it stands.</summary>
internal sealed record MatchRow(string? Status, int? Counter1, int? Counter2);

/// <summary>A line of the log.</summary>
internal sealed record LogLine(string Kind, UserId? Actor, string? Detail);
