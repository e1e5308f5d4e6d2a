using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wingman.Wire;

/// <summary>Instants as the existing API writes and reads them: ISO 8601, UTC, at most microseconds.</summary>
internal static class Instants
{
    // The beginning of .NET's calendar, in seconds since 1970.
    private const double FirstSecond = -62_135_596_800;

    private static readonly string[] Accepted =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>Writes <c>2026-01-01T10:00:00Z</c>, with six decimals where there are fractions of a second.</summary>
    public static string Format(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        var pattern = utc.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.ffffff";
        return utc.ToString(pattern, CultureInfo.InvariantCulture) + "Z";
    }

    /// <summary>
    /// Reads ISO 8601; without an offset it is UTC. Parts of a microsecond are dropped, because the database cannot keep them
    /// and the answer must equal every later read.
    /// </summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(text, Accepted, CultureInfo.InvariantCulture, Utc, out instant)) return false;
        instant = instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }

    /// <summary>Reads a number of seconds since 1970.</summary>
    /// <returns>False for a number outside the range of .NET's calendar.</returns>
    public static bool TryFromSeconds(JsonElement number, out DateTimeOffset instant)
    {
        instant = default;
        // pydantic reads numbers of more than 11 digits as milliseconds; no session is scheduled that far ahead.
        if (!number.TryGetDouble(out var seconds) || !double.IsFinite(seconds) || seconds < FirstSecond || seconds >= 1e11) return false;

        instant = DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond);
        return true;
    }
}

/// <summary>Uses <see cref="Instants"/> in bodies, whose fields <see cref="InstantAttribute"/> has checked.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        return value.ValueKind == JsonValueKind.Number && Instants.TryFromSeconds(value, out var instant)
            || value.ValueKind == JsonValueKind.String && Instants.TryParse(value.GetString()!, out instant)
            ? instant
            : throw new JsonException("Not an instant.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Instants.Format(value));
}
