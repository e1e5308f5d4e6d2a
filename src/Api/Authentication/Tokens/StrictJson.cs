using System.Text.Json;
using System.Text.Unicode;

namespace Wingman.Authentication;

/// <summary>
/// Reads JSON objects. An object that has the same member twice is refused, since two readers might use different values. Pure.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an object.</summary>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) throw new JsonException("The text is not UTF-8.");
        JsonElement element;
        try
        {
            element = JsonElement.Parse(json, Options);
        }
        catch (InvalidOperationException odd)
        {
            // Thrown by the check for duplicate members if a name has escapes that are not a character (half a surrogate pair).
            throw new JsonException(odd.Message, odd);
        }

        return element.ValueKind == JsonValueKind.Object ? element : throw new JsonException("The text is no JSON object.");
    }

    /// <summary>A member's text; null if there is no such member or it is no text.</summary>
    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>A value's text; null if it is no text.</summary>
    public static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // In a value, such escapes are detected only here.
            return null;
        }
    }
}
