using System.Text.Json;

namespace Wingman.Chaos.Explanations;

/// <summary>A line of the log, as it is explained.</summary>
internal sealed record ToldLine(DateTimeOffset At, string Kind, Guid? Actor, string Host, string? Operator, string? Detail, string Text);

/// <summary>One of the two users, as it is explained.</summary>
internal sealed record ToldUser(Guid User, bool Confirmed, string? Counts);

/// <summary>The match, as it is explained.</summary>
internal sealed record ToldMatch(Guid Id, long CompletedSessions);

/// <summary>The row, as it is explained.</summary>
internal sealed record ToldRow(string? Status, DateTimeOffset? CompletedAt, ToldUser User1, ToldUser User2, ToldMatch Match);

/// <summary>Something odd.</summary>
internal sealed record ToldOddity(string Code);

/// <summary>What <c>explain session</c> says, read from its JSON.</summary>
internal sealed record ToldSession(Guid Session, ToldRow? Row, IReadOnlyList<ToldLine> Lines, IReadOnlyList<ToldOddity> Oddities, string Summary);

/// <summary>What one session counts for a user.</summary>
internal sealed record ToldCredit(Guid Session, string Outcome);

/// <summary>What <c>explain user</c> says.</summary>
internal sealed record ToldReputation(Guid User, long Completed, long NoShows, int Score, IReadOnlyDictionary<string, long> Sessions, IReadOnlyList<ToldCredit> Credits);

/// <summary>Reads explanations.</summary>
internal static class Told
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads one.</summary>
    public static T Read<T>(JsonElement body) => body.Deserialize<T>(Json) ?? throw new JsonException("An explanation is no null.");
}
