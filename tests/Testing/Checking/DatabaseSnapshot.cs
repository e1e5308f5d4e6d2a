using Wingman.Testing.Models;

namespace Wingman.Testing.Checking;

/// <summary>A row of <c>wingman_sessions</c> with its match's users.</summary>
internal sealed record SessionRow(Guid Id, Guid Match, Guid User1, Guid User2, ModelState State, DateTimeOffset? CompletedAt);

/// <summary>A row of <c>wingman_matches</c>.</summary>
internal sealed record MatchRow(Guid Id, int User1Counter, int User2Counter);

/// <summary>A line of <c>wingman.events</c> about a session.</summary>
internal sealed record EventRow(Guid Session, string Kind, Guid? Actor, DateTimeOffset At, string? Operator = null);

/// <summary>What one repeatable-read transaction read: everything, or the younger matches with all their sessions and lines.</summary>
internal sealed record DatabaseSnapshot(
    IReadOnlyList<SessionRow> Sessions,
    IReadOnlyList<MatchRow> Matches,
    IReadOnlyList<EventRow> Events,
    bool IsComplete)
{
    /// <summary>The same without some of the sessions and what belongs to their matches.</summary>
    public DatabaseSnapshot Without(IReadOnlySet<Guid> sessions)
    {
        var matches = Sessions.Where(row => sessions.Contains(row.Id)).Select(static row => row.Match).ToHashSet();
        return new(
            [.. Sessions.Where(row => !matches.Contains(row.Match))],
            [.. Matches.Where(match => !matches.Contains(match.Id))],
            [.. Events.Where(line => !sessions.Contains(line.Session))],
            IsComplete);
    }
}
