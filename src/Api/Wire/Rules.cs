using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Wingman.Wire;

/// <summary>A UUID other than the nil one, which stands for nothing.</summary>
/// <param name="lowerCase">Whether it must also match the pattern of the product's API contract, which allows lower-case letters only.</param>
internal sealed class UuidAttribute(bool lowerCase = false) : FieldRule
{
    /// <summary>pydantic's type and message for a text that is not a UUID.</summary>
    public static readonly (string Type, string Message) NoUuid =
        ("uuid_parsing", "Input should be a valid UUID, in the form 8-4-4-4-12 hexadecimal digits");

    private const string Pattern = "^[0-9a-f-]{36}$";
    private const int Length = 36;
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdef-");
    private static readonly SearchValues<byte> Bytes = SearchValues.Create("0123456789abcdef-"u8);

    /// <summary>Reads a UUID in lower case that is written without escapes, and is not the nil one.</summary>
    public static bool TryReadLowerCase(ReadOnlySpan<byte> text, out Guid id)
    {
        id = default;
        return text.Length == Length && !text.ContainsAnyExcept(Bytes) && Utf8Parser.TryParse(text, out id, out var used, 'D') && used == Length
            && id != Guid.Empty;
    }

    /// <inheritdoc/>
    public override (string Type, string Message)? Check(JsonElement value)
    {
        if (CheckText(value, out var text) is { } problem) return problem;
        if (lowerCase && (text.Length != Length || text.AsSpan().ContainsAnyExcept(Characters)))
            return ("string_pattern_mismatch", $"String should match pattern '{Pattern}'");
        if (!Uuids.TryParse(text, out var id)) return NoUuid;
        return id == Guid.Empty ? ("value_error", "Value error, the nil UUID stands for nothing") : null;
    }

    /// <inheritdoc/>
    public override void Describe(OpenApiSchema schema)
    {
        schema.Format = "uuid";
        if (lowerCase) schema.Pattern = Pattern;
    }
}

/// <summary>A text whose number of characters is limited (in code points, as Python, Postgres and JSON Schema count).</summary>
internal sealed class TextAttribute(int min, int max) : FieldRule
{
    /// <inheritdoc/>
    public override (string Type, string Message)? Check(JsonElement value)
    {
        if (CheckText(value, out var text) is { } problem) return problem;
        var length = text.EnumerateRunes().Count();
        if (length < min) return ("string_too_short", $"String should have at least {Count(min)}");
        if (length > max) return ("string_too_long", $"String should have at most {Count(max)}");
        return text.Contains('\0', StringComparison.Ordinal)
            ? ("value_error", "Value error, the database cannot store the character U+0000")
            : null;
    }

    /// <inheritdoc/>
    public override void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength) = (min, max);

    private static string Count(int count) => count == 1 ? "1 character" : $"{count} characters";
}

/// <summary>One of a fixed set of words.</summary>
internal sealed class OneOfAttribute(params string[] words) : FieldRule
{
    private readonly string _message = $"Input should be '{string.Join("', '", words[..^1])}' or '{words[^1]}'";

    /// <inheritdoc/>
    public override (string Type, string Message)? Check(JsonElement value) =>
        CheckText(value, out var text) is null && words.Contains(text) ? null : ("literal_error", _message);

    /// <inheritdoc/>
    public override void Describe(OpenApiSchema schema) => schema.Enum = [.. words.Select(word => (JsonNode)word)];
}

/// <summary>An ISO 8601 instant, UTC where it has no offset; or a number of seconds since 1970.</summary>
internal sealed class InstantAttribute : FieldRule
{
    /// <inheritdoc/>
    public override (string Type, string Message)? Check(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && Instants.TryFromSeconds(value, out _)) return null;
        if (value.ValueKind != JsonValueKind.String) return ("datetime_type", "Input should be a valid datetime");
        return CheckText(value, out var text) is null && Instants.TryParse(text, out _)
            ? null
            : ("datetime_from_date_parsing", "Input should be a valid datetime or date, in ISO 8601");
    }

    /// <inheritdoc/>
    public override void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.String | JsonSchemaType.Number;
        schema.Format = "date-time";
    }
}
