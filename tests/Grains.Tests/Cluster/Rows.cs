namespace Wingman.Grains.Tests.Cluster;

/// <summary>A session with its match and its two users.</summary>
internal sealed record Meeting(SessionId Session, MatchId Match, UserId User1, UserId User2)
{
    public static Meeting New() => new(new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()), new(Guid.NewGuid()));
}

/// <summary>A session's row. A user's flag is that user's own confirmation.</summary>
internal sealed record SessionRow(string? Status, bool? User1, bool? User2, DateTimeOffset? ScheduledAt, DateTimeOffset? CompletedAt, string? Notes);

/// <summary>A match's row.</summary>
internal sealed record MatchRow(string? Status, int? Counter1, int? Counter2);

/// <summary>A line of the log.</summary>
internal sealed record LogLine(string Kind, UserId? Actor, string? Detail);
