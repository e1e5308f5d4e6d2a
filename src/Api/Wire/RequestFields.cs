using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Wingman.Wire;

/// <summary>
/// The fields of a request's body, each checked when it is taken. A field that fails its check is noted and read as its
/// default, so that one answer lists everything that is wrong. Fields nobody takes are ignored.
/// </summary>
internal sealed class RequestFields(JsonElement body, FieldErrors errors)
{
    private const string UuidPattern = "^[0-9a-f-]{36}$";
    private const int UuidLength = 36;
    private static readonly SearchValues<char> UuidCharacters = SearchValues.Create("0123456789abcdef-");
    private static readonly SearchValues<byte> UuidBytes = SearchValues.Create("0123456789abcdef-"u8);

    /// <summary>A UUID that must match the report's pattern (lower case), and must be a UUID too: 36 hyphens are not.</summary>
    public Guid PatternedUuid(string name)
    {
        Guid id = default;
        if (body.TryGetProperty(name, out var value) && IsPlainUuid(value, out id))
            return id;
        if (!TryTakeText(name, out var text))
            return default;
        if (text.Length != UuidLength || text.AsSpan().ContainsAnyExcept(UuidCharacters))
            Refuse(name, "string_pattern_mismatch", $"String should match pattern '{UuidPattern}'");
        else if (!Uuids.TryParse(text, out id))
            Refuse(name, Uuids.ErrorType, Uuids.ErrorMessage);
        return id;
    }

    /// <summary>A UUID in either case.</summary>
    public Guid Uuid(string name)
    {
        if (!TryTakeText(name, out var text))
            return default;
        if (!Uuids.TryParse(text, out var id))
            Refuse(name, Uuids.ErrorType, Uuids.ErrorMessage);
        return id;
    }

    /// <summary>A UUID in either case, or null, or nothing.</summary>
    public Guid? OptionalUuid(string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Uuid(name) : null;

    /// <summary>A text of so many characters (code points, as Python and Postgres count them).</summary>
    public string Text(string name, int min, int max)
    {
        if (!TryTakeText(name, out var text))
            return "";
        var length = text.EnumerateRunes().Count();
        if (length < min)
            Refuse(name, "string_too_short", $"String should have at least {Characters(min)}");
        else if (length > max)
            Refuse(name, "string_too_long", $"String should have at most {Characters(max)}");
        else if (text.Contains('\0', StringComparison.Ordinal))
            Refuse(name, "value_error", "Value error, the database cannot store the character U+0000");
        return text;
    }

    /// <summary>An ISO 8601 instant, UTC where it has no offset; or a number of seconds since 1970.</summary>
    public DateTimeOffset Instant(string name)
    {
        if (!TryTake(name, out var value))
            return default;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && Instants.TryFromSeconds(seconds, out var numbered))
            return numbered;
        if (value.ValueKind != JsonValueKind.String)
            Refuse(name, "datetime_type", "Input should be a valid datetime");
        else if (!TryGetText(value, out var text) || !Instants.TryParse(text, out var instant))
            Refuse(name, "datetime_from_date_parsing", "Input should be a valid datetime or date, in ISO 8601");
        else
            return instant;
        return default;
    }

    /// <summary>One of the given names.</summary>
    public T OneOf<T>(string name, IReadOnlyList<(string Name, T Value)> choices)
    {
        if (!TryTake(name, out var value))
            return choices[0].Value;
        if (value.ValueKind == JsonValueKind.String && TryGetText(value, out var text))
        {
            foreach (var choice in choices)
            {
                if (choice.Name == text)
                    return choice.Value;
            }
        }
        var quoted = choices.Select(choice => $"'{choice.Name}'").ToArray();
        Refuse(name, "literal_error", $"Input should be {string.Join(", ", quoted[..^1])} or {quoted[^1]}");
        return choices[0].Value;
    }

    /// <summary>Notes that a field that is there breaks a rule.</summary>
    public void Refuse(string name, string type, string message) =>
        errors.Add(type, ["body", name], message, JsonEcho.Of(body.GetProperty(name)));

    private static string Characters(int count) => count == 1 ? "1 character" : $"{count} characters";

    private bool TryTake(string name, out JsonElement value)
    {
        if (body.TryGetProperty(name, out value))
            return true;
        errors.Add("missing", ["body", name], "Field required", JsonEcho.Of(body));
        return false;
    }

    private bool TryTakeText(string name, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryTake(name, out var value))
            return false;
        if (value.ValueKind != JsonValueKind.String)
            Refuse(name, "string_type", "Input should be a valid string");
        else if (!TryGetText(value, out text))
            Refuse(name, "string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");
        return text is not null;
    }

    private static bool TryGetText(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: JSON can spell it, no text can hold it.
            text = null;
            return false;
        }
    }

    /// <summary>The common case without a string: a value that is spelled without escapes and right.</summary>
    private static bool IsPlainUuid(JsonElement value, out Guid id)
    {
        id = default;
        if (value.ValueKind != JsonValueKind.String)
            return false;
        var quoted = JsonMarshal.GetRawUtf8Value(value);
        if (quoted.Length != UuidLength + 2)
            return false;
        var text = quoted[1..^1];
        return !text.ContainsAnyExcept(UuidBytes) && Utf8Parser.TryParse(text, out id, out var used, 'D') && used == UuidLength;
    }
}
