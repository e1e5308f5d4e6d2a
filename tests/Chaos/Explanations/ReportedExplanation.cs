using System.Text.Json;

namespace Wingman.Chaos.Explanations;

/// <summary>A line of the log, as it is explained.</summary>
internal sealed record ReportedLine(DateTimeOffset At, string Kind, Guid? Actor, string Host, string? Operator, string? Detail, string Text);

/// <summary>One of the two users, as it is explained.</summary>
internal sealed record ReportedUser(Guid User, bool Confirmed, string? Counts);

/// <summary>The match, as it is explained.</summary>
internal sealed record ReportedMatch(Guid Id, long CompletedSessions);

/// <summary>The row, as it is explained.</summary>
internal sealed record ReportedRow(string? Status, DateTimeOffset? CompletedAt, ReportedUser User1, ReportedUser User2, ReportedMatch Match);

/// <summary>Something odd.</summary>
internal sealed record ReportedOddity(string Code);

/// <summary>What <c>explain session</c> says, read from its JSON.</summary>
internal sealed record ReportedSession(Guid Session, ReportedRow? Row, IReadOnlyList<ReportedLine> Lines, IReadOnlyList<ReportedOddity> Oddities, string Summary);

/// <summary>What one session counts for a user.</summary>
internal sealed record ReportedCredit(Guid Session, string Outcome);

/// <summary>What <c>explain user</c> says.</summary>
internal sealed record ReportedReputation(Guid User, long Completed, long NoShows, int Score, IReadOnlyDictionary<string, long> Sessions, IReadOnlyList<ReportedCredit> Credits);

/// <summary>Reads explanations.</summary>
internal static class ExplanationJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads an explanation.</summary>
    public static T Read<T>(JsonElement body) => body.Deserialize<T>(Json) ?? throw new JsonException("An explanation is null.");
}
