using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Wingman.Events;
using Wingman.Reputation;

namespace Wingman.Webhooks;

/// <summary>The types of events that receivers can have, and the kinds of log lines that they come from.</summary>
internal static class WebhookTypes
{
    private static readonly Dictionary<string, string> ByKind = new(StringComparer.Ordinal)
    {
        ["scheduled"] = "session.scheduled",
        ["completed"] = "session.completed",
        ["no_show"] = "session.no_show",
        ["cancelled"] = "session.cancelled",
        ["reputation_changed"] = "reputation.changed",
    };

    /// <summary>All types.</summary>
    public static IReadOnlyCollection<string> All => ByKind.Values;

    /// <summary>The type of a line, or null if it is not sent to receivers.</summary>
    public static string? Of(LogLine line) =>
        // After the user's data was erased it is not known whose reputation it was.
        line.Session is null && line.Actor is null ? null : ByKind.GetValueOrDefault(line.Kind);
}

/// <summary>What messages say about a session: its row as it is when the event is read.</summary>
internal sealed record SessionFacts(SessionId Session, MatchId Match, UserId? User1, UserId? User2, DateTimeOffset? ScheduledAt, DateTimeOffset? CompletedAt);

/// <summary>A message to a receiver: what a line of the log said when it was read.</summary>
/// <param name="Position">The line of the log that it was made from.</param>
/// <param name="Id">The message's id: the same whenever the line is delivered.</param>
/// <param name="Type">The type.</param>
/// <param name="Key">Messages with the same key are delivered in order: the session, or the user.</param>
/// <param name="Body">JSON.</param>
internal sealed record WebhookMessage(LogPosition Position, string Id, string Type, Guid Key, byte[] Body)
{
    private const string IdPrefix = "evt_";

    /// <summary>Makes the message of a line whose type is known.</summary>
    public static WebhookMessage Of(LogLine line, string type, SessionFacts? facts) =>
        new(line.Position, IdOf(line.Position), type, line.Session?.Value ?? line.Actor?.Value ?? Guid.Empty, Write(line, type, facts));

    /// <summary>The id of the message about a line.</summary>
    public static string IdOf(LogPosition position) => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{position.Era}_{position.Tx}_{position.Id}");

    /// <summary>The line that a message was made from.</summary>
    /// <returns>Whether the text is a message's id.</returns>
    public static bool TryParseId(string? id, out LogPosition position)
    {
        position = default;
        if (id is null || !id.StartsWith(IdPrefix, StringComparison.Ordinal) || id[IdPrefix.Length..].Split('_') is not [var era, var tx, var line]) return false;
        if (!int.TryParse(era, NumberStyles.None, CultureInfo.InvariantCulture, out var eraNumber)
            || !ulong.TryParse(tx, NumberStyles.None, CultureInfo.InvariantCulture, out var txNumber)
            || !long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var lineNumber))
        {
            return false;
        }

        position = new(eraNumber, txNumber, lineNumber);
        return true;
    }

    private static byte[] Write(LogLine line, string type, SessionFacts? facts)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            WriteInstant(json, "timestamp", line.At);
            json.WriteStartObject("data");
            if (line.Session is { } session) WriteSession(json, session, line, facts);
            else WriteReputation(json, line);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSession(Utf8JsonWriter json, SessionId session, LogLine line, SessionFacts? facts)
    {
        json.WriteString("session_id", session.Value);
        // The status that the event led to; the row may have another one by now.
        json.WriteString("status", line.Kind);
        WriteId(json, "match_id", facts?.Match.Value);
        WriteId(json, "user1_id", facts?.User1?.Value);
        WriteId(json, "user2_id", facts?.User2?.Value);
        WriteId(json, "actor_id", line.Actor?.Value);
        WriteInstant(json, "scheduled_time", facts?.ScheduledAt);
        if (line.Kind == "completed") WriteInstant(json, "completed_at", facts?.CompletedAt);
    }

    private static void WriteReputation(Utf8JsonWriter json, LogLine line)
    {
        WriteId(json, "user_id", line.Actor?.Value);
        if (!CreditCounts.TryParse(line.Detail, out var counts)) return;

        var shown = ReputationScore.Of(new(counts.Completed, counts.NoShows, line.At));
        json.WriteNumber("score", shown.Score);
        json.WriteNumber("completed_sessions", counts.Completed);
        json.WriteNumber("no_shows", counts.NoShows);
        json.WriteString("badge_color", shown.Badge);
    }

    private static void WriteId(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } value) json.WriteString(name, value);
        else json.WriteNull(name);
    }

    private static void WriteInstant(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } value) json.WriteString(name, value.UtcDateTime);
        else json.WriteNull(name);
    }
}
